-- Owner: callbacks. A wave is a drawn set of call-backs about the visits of some days, both ends included.
CREATE TABLE wave (
    id uuid PRIMARY KEY,
    from_on date NOT NULL,
    to_on date NOT NULL,
    share double precision NOT NULL CHECK (share > 0 AND share <= 1),
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    drawn_at timestamptz NOT NULL,
    drawn_by text NOT NULL,
    closed_at timestamptz,
    closed_by text,
    CHECK (from_on <= to_on),
    CHECK ((closed_at IS NULL) = (state = 'open'))
);
CREATE INDEX wave_drawn_at ON wave (drawn_at);
-- framed visits might have been drawn, drawn ones were; called and probability are there once the wave is closed.
CREATE TABLE wave_stratum (
    wave_id uuid NOT NULL REFERENCES wave (id),
    kind text NOT NULL CHECK (kind IN ('priority', 'random', 'phone_first')),
    framed bigint NOT NULL,
    drawn bigint NOT NULL,
    called bigint,
    probability double precision,
    PRIMARY KEY (wave_id, kind)
);
-- The one row of what is known about calling at all: since when, and how sure the effect of the mode is (points).
CREATE TABLE calling (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    started_at timestamptz,
    mode_effect double precision,
    mode_effect_se double precision CHECK (mode_effect_se >= 0),
    measured_at timestamptz
);
INSERT INTO calling DEFAULT VALUES;
-- rank and call_priority are the order of the list: service first, then priority cases, then by the permanent random
-- number. came_from is the outcome before the draw; claim is the fence of a claim; draft is what a caller has typed.
ALTER TABLE callback
    ADD COLUMN wave_id uuid,
    ADD COLUMN came_from text,
    ADD COLUMN reason text,
    ADD COLUMN rank integer NOT NULL DEFAULT 2,
    ADD COLUMN call_priority double precision NOT NULL DEFAULT 0,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN appointment timestamptz,
    ADD COLUMN best_time text,
    ADD COLUMN claim integer NOT NULL DEFAULT 0,
    ADD COLUMN claimed_by text,
    ADD COLUMN claimed_until timestamptz,
    ADD COLUMN draft jsonb,
    ADD COLUMN disposition text,
    ADD COLUMN ended_at timestamptz;
ALTER TABLE callback ADD CONSTRAINT callback_wave_id_fkey FOREIGN KEY (wave_id) REFERENCES wave (id) NOT VALID;
ALTER TABLE callback ADD CONSTRAINT callback_claim_check
    CHECK ((state = 'claimed') = (claimed_by IS NOT NULL)
        AND (claimed_by IS NULL) = (claimed_until IS NULL)
        AND (draft IS NULL OR state = 'claimed')) NOT VALID;
UPDATE callback SET call_priority = visit.call_priority,
    rank = CASE WHEN kind = 'service' THEN 0 WHEN visit.priority THEN 1 ELSE 2 END
    FROM visit WHERE visit.id = callback.visit_id;
-- A visit has one call-back that was drawn and one for service at most.
CREATE UNIQUE INDEX callback_visit ON callback (visit_id, (kind = 'service'));
ALTER TABLE callback DROP CONSTRAINT callback_visit_id_key;
CREATE INDEX callback_order ON callback (rank, call_priority, id) WHERE state = 'open';
CREATE INDEX callback_claimed ON callback (claimed_until) WHERE state = 'claimed';
CREATE INDEX callback_at_work ON callback (wave_id, visit_id) WHERE state <> 'done';
CREATE INDEX callback_wave ON callback (wave_id, kind) WHERE wave_id IS NOT NULL;
CREATE TABLE callback_attempt (
    callback_id uuid NOT NULL REFERENCES callback (id),
    number integer NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    disposition text NOT NULL CHECK (disposition IN ('complete', 'partial', 'refused', 'no_answer', 'busy',
        'wrong_number', 'language_barrier', 'do_not_call', 'appointment')),
    -- Day and time of day on the customer's own clock.
    local_day date NOT NULL,
    local_time time NOT NULL,
    appointment timestamptz,
    PRIMARY KEY (callback_id, number)
);
CREATE INDEX callback_attempt_at ON callback_attempt (at);
