-- Owner: visits. Those who may be phoned, in the order in which they would be.
CREATE INDEX visit_callable ON visit (priority DESC, call_priority, id)
    WHERE outcome IN ('unanswered', 'suspect', 'bounced', 'failed', 'no_address', 'phone_first', 'to_call');
-- Owner: customers. A look-up by any word of the name, by the last digits of the number, or by the address.
CREATE INDEX customer_name_words ON customer USING gin (to_tsvector('simple', name));
CREATE INDEX customer_phone_tail ON customer (reverse(regexp_replace(phone, '\D', '', 'g')) text_pattern_ops)
    WHERE phone IS NOT NULL;
CREATE INDEX customer_email_head ON customer (lower(email) text_pattern_ops) WHERE email IS NOT NULL;
-- Owner: answering. The staff's list is by the time of the answer.
CREATE INDEX response_answered_at ON response (answered_at, id);
