-- Owner: answering. An answer that was excluded after an objection: kept, shown, and in no score.
ALTER TABLE response ADD COLUMN excluded boolean NOT NULL DEFAULT false;
