-- Loses why answers were put aside, who decided about them, and when customers wished to be called.
ALTER TABLE response_revision
    DROP COLUMN certainty,
    DROP COLUMN signs,
    DROP COLUMN complete,
    DROP COLUMN opened_at,
    DROP COLUMN network;
ALTER TABLE response
    DROP COLUMN revisions,
    DROP COLUMN signs,
    DROP COLUMN call_time,
    DROP COLUMN call_number,
    DROP COLUMN decided_by,
    DROP COLUMN decided_at,
    DROP COLUMN decision;
DROP TABLE link_fetch;
