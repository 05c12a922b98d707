-- Loses the waves, every attempt, and the calls for service about visits that were drawn too.
DROP TABLE callback_attempt;
DROP INDEX callback_wave;
DROP INDEX callback_at_work;
DROP INDEX callback_claimed;
DROP INDEX callback_order;
DELETE FROM callback c USING callback d
    WHERE c.kind = 'service' AND d.kind <> 'service' AND d.visit_id = c.visit_id;
ALTER TABLE callback ADD CONSTRAINT callback_visit_id_key UNIQUE (visit_id);
DROP INDEX callback_visit;
ALTER TABLE callback
    DROP CONSTRAINT callback_claim_check,
    DROP COLUMN wave_id,
    DROP COLUMN came_from,
    DROP COLUMN reason,
    DROP COLUMN rank,
    DROP COLUMN call_priority,
    DROP COLUMN attempts,
    DROP COLUMN due_at,
    DROP COLUMN appointment,
    DROP COLUMN best_time,
    DROP COLUMN claim,
    DROP COLUMN claimed_by,
    DROP COLUMN claimed_until,
    DROP COLUMN draft,
    DROP COLUMN disposition,
    DROP COLUMN ended_at;
DROP TABLE calling;
DROP TABLE wave_stratum;
DROP TABLE wave;
