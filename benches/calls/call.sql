\set n random(1, :customers)
BEGIN;
SELECT id FROM callback WHERE state = 'open' ORDER BY rank, call_priority, id LIMIT 1 FOR UPDATE SKIP LOCKED;
UPDATE callback SET claim = claim + 1, claimed_by = 'key x', claimed_until = now(), state = 'claimed' WHERE id = ('01900000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid AND state = 'open';
INSERT INTO audit_entry (at, actor, action, subject, detail) VALUES (now(), 'key x', 'callback.claimed', 'callback x', '{}');
COMMIT;
BEGIN;
SELECT outcome FROM visit WHERE id = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid FOR UPDATE;
SELECT * FROM callback WHERE id = ('01900000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid FOR UPDATE;
INSERT INTO callback_attempt (callback_id, number, at, by, disposition, local_day, local_time) SELECT ('01900000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, 1 + coalesce(max(number), 0), now(), 'key x', 'complete', current_date, localtime FROM callback_attempt WHERE callback_id = ('01900000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid;
INSERT INTO response AS r (id, visit_id, survey_version_id, mode, certainty, complete, answers, call_me, answered_at, changed_at, revision) SELECT gen_random_uuid(), ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, id, 'phone', 'confirmed', true, '{"overall": 4}', false, now(), now(), 1 FROM survey_version ON CONFLICT (visit_id) DO UPDATE SET changed_at = EXCLUDED.changed_at;
UPDATE visit SET outcome = 'answered' WHERE id = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid;
INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) VALUES (('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, 'answered', now(), 'key x', 'answered on the phone');
UPDATE callback SET state = 'done', called = true, claimed_by = NULL, claimed_until = NULL, ended_at = now() WHERE id = ('01900000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid;
INSERT INTO changed_visit (visit_id) VALUES (('01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid);
INSERT INTO audit_entry (at, actor, action, subject, detail) VALUES (now(), 'key x', 'callback.attempted', 'callback x', '{}');
COMMIT;
