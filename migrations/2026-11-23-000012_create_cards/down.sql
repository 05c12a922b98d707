-- The codes on printed cards lead nowhere then; answers that came by them stay.
DROP TABLE answer_card;
