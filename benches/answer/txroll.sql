-- One answer at its barest: token found, invitation changed, response and five answers stored, a sum kept.
\set inv random(1, 1000000)
\set s random(0, 10)
\set a random(1, 5)
\set b random(1, 5)
\set c random(1, 5)
\set d random(1, 5)
WITH inv AS (UPDATE invitation SET state = 2, responded_at = now() WHERE id = :inv RETURNING id, employee_id, survey_id), r AS (INSERT INTO response(invitation_id, employee_id, survey_id, score, comment) SELECT id, employee_id, survey_id, :s::int2, 'Thank you, the technician was quick and polite.' FROM inv RETURNING id), a AS (INSERT INTO answer(response_id, question_id, value) SELECT r.id, q.q, q.v FROM r, (VALUES (1,:s::int2),(2,:a::int2),(3,:b::int2),(4,:c::int2),(5,:d::int2)) q(q,v)) INSERT INTO rollup_live AS l (employee_id,day,n,s,ss,s1,s2,s3,s4) SELECT employee_id, current_date, 1, :s::int, :s::int*:s::int, :a::int, :b::int, :c::int, :d::int FROM inv ON CONFLICT (employee_id,day) DO UPDATE SET n=l.n+1, s=l.s+excluded.s, ss=l.ss+excluded.ss, s1=l.s1+excluded.s1, s2=l.s2+excluded.s2, s3=l.s3+excluded.s3, s4=l.s4+excluded.s4;
