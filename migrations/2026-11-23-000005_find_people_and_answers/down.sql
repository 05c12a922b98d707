DROP INDEX response_answered_at;
DROP INDEX customer_email_head;
DROP INDEX customer_phone_tail;
DROP INDEX customer_name_words;
DROP INDEX visit_callable;
