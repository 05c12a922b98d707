//! Examples for the readable page of the API.

/// A request's body.
pub(super) fn request(path: &str) -> &'static str {
    match path {
        "/api/v1/visits" => VISIT,
        "/api/v1/visits/batch" => BATCH,
        "/api/v1/visits/{id}" => r#"{ "customer": { "email": "c9@example.com" } }"#,
        "/api/v1/statements" => r#"{ "employee": "E17", "from": "2026-01-01", "to": "2026-06-30" }"#,
        "/api/v1/visits/{id}/cancel" => r#"{ "reason": "the visit did not take place" }"#,
        "/api/v1/waves" => r#"{ "from": "2026-11-01", "to": "2026-11-15", "share": 0.35 }"#,
        "/api/v1/callbacks/{id}/attempts" => {
            r#"{ "disposition": "complete", "answers": { "overall": 4, "process": 5 }, "comment": "Very friendly." }"#
        }
        _ => "",
    }
}

const BATCH: &str = r#"[
  { "id": "WO-1002", "visited_at": "2026-11-21T09:00:00Z", "service": "boiler service",
    "employees": [{ "id": "E17" }, { "id": "E18" }], "customer": { "email": "c10@example.com" } },
  { "id": "WO-1003", "visited_at": "2026-11-21T11:30:00Z", "service": "boiler service",
    "employees": [{ "id": "E17" }], "customer": { "phone": "+441632960001" } }
]"#;

const VISIT: &str = r#"{
  "id": "WO-1001", "visited_at": "2026-11-20T14:05:00Z", "service": "boiler repair",
  "employees": [{ "id": "E17", "name": "Sample Employee", "team": "North 2" }],
  "customer": { "id": "C9", "name": "Sample Customer", "email": "c9@example.com", "language": "en" },
  "lawful_basis": { "kind": "consent", "channels": ["email", "phone"], "evidence": "order form, 2026-01-03" }
}"#;

/// The body of an answer; empty where there is none.
pub(super) fn answer(method: &str, path: &str) -> &'static str {
    match (method, path.trim_start_matches("/api/v1")) {
        ("get", "/visits") => {
            r#"{ "visits": [{ "id": "WO-1001", "outcome": "answered", … }], "meta": { "next": null } }"#
        }
        (_, "/visits/batch") => BATCH_ANSWER,
        (_, path) if path.starts_with("/visits") => VISIT_ANSWER,
        (_, "/outcomes") => {
            r#"{ "outcomes": { "visits": 1500, "by_outcome": { "answered": 410, "sent": 0, … } } }"#
        }
        (_, "/responses") => RESPONSES,
        (_, "/waves") => {
            r#"{ "wave": { "id": "01a2…", "drawn": 45, "priority": 3, "random": 42, "share": 0.35 } }"#
        }
        (_, "/waves/{id}/close") => WAVE_CLOSED,
        ("get", "/callbacks") => CALLBACKS,
        (_, "/callbacks/next") => CLAIMED,
        (_, "/callbacks/{id}/attempts" | "/callbacks/{id}/release") => CALLBACK,
        (_, "/evaluations") => EVALUATION,
        ("get", "/statements") => {
            r#"{ "statements": [{ "id": "0199…", "number": "2026-0001", … }], "meta": { "next": "AAAAAAAAAAE…" } }"#
        }
        (_, "/statements" | "/statements/{id}") => STATEMENT,
        _ => "",
    }
}

const VISIT_ANSWER: &str = r#"{ "visit": { "id": "WO-1001", "visited_at": "2026-11-20T14:05:00Z", "outcome": "planned",
  "send_at": "2026-11-20T16:05:00Z",
  "outcomes": [{ "outcome": "planned", "at": "2026-11-20T14:05:01Z", "by": "rule", "reason": "survey post-service v1" }] } }"#;

const BATCH_ANSWER: &str = r#"{ "accepted": 1, "repeated": 0,
  "rejected": [{ "index": 1, "id": "WO-1003", "errors": [{ "field": "/visited_at", "reason": "must be a date and time with a zone, …" }] }] }"#;

const RESPONSES: &str = r#"{ "responses": [{ "id": "01a2055c-…", "visit": "WO-1001", "survey": "post-service", "version": 1,
    "mode": "email", "certainty": "confirmed", "answered_at": "2026-11-22T22:24:26Z", "revision": 1,
    "answers": { "overall": 5, "process": null, … }, "comment": null, "call_me": false }],
  "meta": { "next": "AAZg5PCmiL0BogVcU5hyDah8XkKmnObD" } }"#;

const WAVE_CLOSED: &str = r#"{ "wave": { "id": "01a2…", "drawn": 45, "priority": 3, "random": 42, "share": 0.35,
  "called": 31, "probability": { "priority": 1.0, "random": 0.23 } } }"#;

const CALLBACK: &str = r#"{ "callback": { "id": "01a2…", "visit": "WO-1007", "state": "done", "position": 1, "kind": "priority",
  "attempts": 1, "appointment": null, "best_time": null } }"#;

const CALLBACKS: &str = r#"{ "callbacks": [{ "id": "01a2…", "visit": "WO-1007", "state": "open", "position": 1, "kind": "priority",
    "attempts": 0, "appointment": null, "best_time": null }],
  "meta": { "next": null } }"#;

const CLAIMED: &str = r#"{ "callback": { "id": "01a2…",
  "customer": { "name": "Sample Customer", "phone": "+441632960001", "language": "en", "local_time": "…", "notes": [] },
  "visit": { "id": "WO-1007", "visited_at": "2026-11-17T09:40:00Z", "service": "boiler service" },
  "script": "Good day, …", "questions": [{ "key": "overall", "text": "…", "kind": "rating", "min": 1, "max": 5 }],
  "expires_at": "2026-11-23T10:52:00Z" } }"#;

const EVALUATION: &str = r#"{ "evaluation": { "from": "2026-01-01", "to": "2026-06-30", "basis": "two_phase", "method": "bivariate",
  "company": { "visits": 41743, "response_rate": 0.294, "level": 67.6, … },
  "employees": [{ "employee_id": "E17", "score": 69.6, "difference": 2.0, "difference_lo": -2.6, "difference_hi": 6.6,
    "reliability": 0.78, "status": "report", "flag": "", … }] } }"#;

const STATEMENT: &str = r#"{ "statement": { "id": "0199…", "number": "2026-0001", "employee_id": "E17",
  "from": "2026-01-01", "to": "2026-06-30", "frozen_at": "2026-07-01T08:00:00Z", "replaces": null, "replaced_by": null,
  "checksum": "4be17c02…", "content": { … }, "reply": null } }"#;

/// A webhook's message with its headers.
pub(super) const HOOK: &str = r#"POST /hearback HTTP/1.1
content-type: application/json
webhook-id: 01a2055c-9d41-7c3e-8b1d-2f6f0f3c8a10
webhook-timestamp: 1795386266
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{ "type": "answer.received", "timestamp": "2026-11-22T22:24:26.519Z",
  "data": { "visit": "WO-1001", "response": "01a2055c-5398-720d-a87c-5e42a69ce6c3" } }"#;
