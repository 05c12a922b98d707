-- Owner: surveys. Questions that are no rating: only scales have ends, and scores are made of scales alone.
ALTER TABLE question DROP CONSTRAINT question_kind_check;
ALTER TABLE question ADD CONSTRAINT question_kind_check
    CHECK (kind IN ('rating', 'nps', 'effort', 'choice', 'choices', 'text', 'yes_no'));
ALTER TABLE question ALTER COLUMN scale_min DROP NOT NULL;
ALTER TABLE question ALTER COLUMN scale_max DROP NOT NULL;
ALTER TABLE question ADD CONSTRAINT question_scale_check
    CHECK ((kind IN ('rating', 'nps', 'effort')) = (scale_min IS NOT NULL AND scale_max IS NOT NULL));
