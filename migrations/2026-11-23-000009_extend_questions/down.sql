-- Loses the questions that are no scale; answers to them stay, but nobody knows what was asked.
DELETE FROM question WHERE kind NOT IN ('rating', 'nps', 'effort');
UPDATE question SET kind = 'rating';
ALTER TABLE question DROP CONSTRAINT question_scale_check;
ALTER TABLE question ALTER COLUMN scale_min SET NOT NULL;
ALTER TABLE question ALTER COLUMN scale_max SET NOT NULL;
ALTER TABLE question DROP CONSTRAINT question_kind_check;
ALTER TABLE question ADD CONSTRAINT question_kind_check CHECK (kind IN ('rating'));
