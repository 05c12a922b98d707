-- Loses which bounces and complaints came; what they did to visits and addresses stays.
DROP TABLE bounce_event;
