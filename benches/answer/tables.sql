CREATE TABLE invitation(id bigint PRIMARY KEY, token_hash bytea NOT NULL, employee_id int NOT NULL, survey_id int NOT NULL,
  email text NOT NULL, state smallint NOT NULL DEFAULT 1, sent_at timestamptz, responded_at timestamptz) WITH (fillfactor=90);
INSERT INTO invitation SELECT g, sha256(g::text::bytea), 1+g%2000, 1, 'c'||g||'@example.test', 1, now() FROM generate_series(1,1000000) g;
CREATE UNIQUE INDEX ON invitation(token_hash);
CREATE TABLE response(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, invitation_id bigint NOT NULL, employee_id int NOT NULL,
  survey_id int NOT NULL, at timestamptz NOT NULL DEFAULT now(), score smallint NOT NULL, comment text);
CREATE TABLE answer(response_id bigint NOT NULL REFERENCES response(id), question_id int NOT NULL, value smallint NOT NULL, PRIMARY KEY(response_id,question_id));
CREATE TABLE rollup_live(employee_id int NOT NULL, day date NOT NULL, n int NOT NULL, s bigint NOT NULL, ss bigint NOT NULL,
  s1 bigint NOT NULL, s2 bigint NOT NULL, s3 bigint NOT NULL, s4 bigint NOT NULL, PRIMARY KEY(employee_id, day));
VACUUM ANALYZE invitation;
CHECKPOINT;
