// @generated automatically by Diesel CLI.

diesel::table! {
    account_identity (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_account_id -> Uuid,
        bound_at -> Timestamptz,
    }
}

diesel::table! {
    answer_card (visit_id) {
        visit_id -> Uuid,
        code_hash -> Bytea,
        secret_id -> Text,
        card_version -> Int4,
        survey_version_id -> Uuid,
        made_by -> Text,
        made_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    answer_followed (only_row) {
        only_row -> Bool,
        place -> Int8,
        response_id -> Uuid,
    }
}

diesel::table! {
    api_key (id) {
        id -> Uuid,
        name -> Text,
        secret_hash -> Bytea,
        scopes -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        networks -> Array<Nullable<Text>>,
        rotated_at -> Nullable<Timestamptz>,
        old_secret_hash -> Nullable<Bytea>,
        old_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    asked (key) {
        key -> Bytea,
        asked_at -> Timestamptz,
        visit_id -> Uuid,
    }
}

diesel::table! {
    audit_entry (id) {
        id -> Int8,
        at -> Timestamptz,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Jsonb,
    }
}

diesel::table! {
    audit_head (only_row) {
        only_row -> Bool,
        position -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    audit_seal (position) {
        position -> Int8,
        entry_id -> Int8,
        secret_id -> Text,
        detail_hash -> Bytea,
        hash -> Bytea,
    }
}

diesel::table! {
    bounce_event (id) {
        id -> Uuid,
        source -> Text,
        source_key -> Text,
        message_hash -> Bytea,
        received_at -> Timestamptz,
        kind -> Text,
        status -> Nullable<Text>,
        diagnostic -> Nullable<Text>,
        invitation_id -> Nullable<Uuid>,
        effect -> Text,
    }
}

diesel::table! {
    break_glass (id) {
        id -> Uuid,
        user_account_id -> Uuid,
        reason -> Text,
        opened_at -> Timestamptz,
        ends_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    callback (id) {
        id -> Uuid,
        visit_id -> Uuid,
        kind -> Text,
        state -> Text,
        probability -> Nullable<Float8>,
        called -> Nullable<Bool>,
        created_at -> Timestamptz,
        wave_id -> Nullable<Uuid>,
        came_from -> Nullable<Text>,
        reason -> Nullable<Text>,
        rank -> Int4,
        call_priority -> Float8,
        attempts -> Int4,
        due_at -> Nullable<Timestamptz>,
        appointment -> Nullable<Timestamptz>,
        best_time -> Nullable<Text>,
        claim -> Int4,
        claimed_by -> Nullable<Text>,
        claimed_until -> Nullable<Timestamptz>,
        draft -> Nullable<Jsonb>,
        disposition -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    callback_attempt (callback_id, number) {
        callback_id -> Uuid,
        number -> Int4,
        at -> Timestamptz,
        by -> Text,
        disposition -> Text,
        local_day -> Date,
        local_time -> Time,
        appointment -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    calling (only_row) {
        only_row -> Bool,
        started_at -> Nullable<Timestamptz>,
        mode_effect -> Nullable<Float8>,
        mode_effect_se -> Nullable<Float8>,
        measured_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    changed_visit (id) {
        id -> Int8,
        visit_id -> Uuid,
    }
}

diesel::table! {
    customer (id) {
        id -> Uuid,
        external_id -> Nullable<Text>,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        created_at -> Timestamptz,
        language -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        call_time -> Nullable<Text>,
    }
}

diesel::table! {
    customer_merge (id) {
        id -> Uuid,
        kept_id -> Uuid,
        merged_id -> Uuid,
        merged_by -> Text,
        merged_at -> Timestamptz,
        undone_by -> Nullable<Text>,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    customer_note (id) {
        id -> Uuid,
        customer_id -> Uuid,
        purpose -> Text,
        words -> Text,
        written_by -> Text,
        written_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    customer_stop (customer_id, channel) {
        customer_id -> Uuid,
        channel -> Text,
        reason -> Text,
        stopped_by -> Text,
        stopped_at -> Timestamptz,
    }
}

diesel::table! {
    delivery_attempt (id) {
        id -> Uuid,
        invitation_id -> Uuid,
        letter -> Text,
        number -> Int4,
        worker_id -> Uuid,
        state -> Text,
        reply -> Nullable<Text>,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        copy -> Int4,
        domain -> Nullable<Text>,
    }
}

diesel::table! {
    employee (id) {
        id -> Uuid,
        external_id -> Text,
        name -> Text,
        email -> Nullable<Text>,
        created_at -> Timestamptz,
        site_id -> Nullable<Uuid>,
        left_on -> Nullable<Date>,
    }
}

diesel::table! {
    idempotency_key (api_key_id, key) {
        api_key_id -> Uuid,
        key -> Text,
        request_hash -> Bytea,
        status -> Nullable<Int4>,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    import_row (import_run_id, id) {
        import_run_id -> Uuid,
        id -> Int8,
        line -> Int8,
        key -> Text,
        cells -> Bytea,
        problem -> Nullable<Text>,
        is_shadow -> Bool,
    }
}

diesel::table! {
    import_run (id) {
        id -> Uuid,
        kind -> Text,
        started_at -> Timestamptz,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    invitation (id) {
        id -> Uuid,
        visit_id -> Uuid,
        survey_version_id -> Uuid,
        secret_id -> Text,
        token_version -> Int4,
        token_hash -> Bytea,
        state -> Text,
        send_at -> Timestamptz,
        attempts -> Int4,
        lease_owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        sent_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        letter -> Text,
        copy -> Int4,
        further_at -> Nullable<Timestamptz>,
        slot_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    job (id) {
        id -> Uuid,
        name -> Text,
        payload -> Jsonb,
        state -> Text,
        run_at -> Timestamptz,
        attempts -> Int4,
        lease_owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    legal_hold (id) {
        id -> Uuid,
        customer_id -> Nullable<Uuid>,
        employee_id -> Nullable<Uuid>,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
        reason -> Text,
        placed_by -> Text,
        placed_at -> Timestamptz,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    link_fetch (id) {
        id -> Int8,
        visit_id -> Uuid,
        at -> Timestamptz,
        what -> Text,
        score -> Nullable<Int4>,
        network -> Bytea,
    }
}

diesel::table! {
    objection (id) {
        id -> Uuid,
        response_id -> Uuid,
        visit_id -> Uuid,
        employee_id -> Uuid,
        reason -> Text,
        words -> Text,
        opened_at -> Timestamptz,
        opened_by -> Text,
        due_on -> Date,
    }
}

diesel::table! {
    objection_decision (id) {
        id -> Uuid,
        objection_id -> Uuid,
        number -> Int4,
        effect -> Text,
        reason -> Text,
        decided_at -> Timestamptz,
        decided_by -> Text,
        employee_to -> Nullable<Uuid>,
        credits_before -> Nullable<Jsonb>,
        credits_after -> Nullable<Jsonb>,
        numbers_before -> Nullable<Jsonb>,
        numbers_after -> Nullable<Jsonb>,
    }
}

diesel::table! {
    password_link (token_hash) {
        token_hash -> Bytea,
        user_account_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    provider_sign_in (request_hash) {
        request_hash -> Bytea,
        done_at -> Timestamptz,
    }
}

diesel::table! {
    question (survey_version_id, key) {
        survey_version_id -> Uuid,
        key -> Text,
        position -> Int4,
        kind -> Text,
        scale_min -> Nullable<Int4>,
        scale_max -> Nullable<Int4>,
    }
}

diesel::table! {
    recovery_case (id) {
        id -> Uuid,
        visit_id -> Uuid,
        response_id -> Uuid,
        reason -> Text,
        state -> Text,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        closed_by -> Nullable<Text>,
        cause -> Nullable<Text>,
        resolution -> Nullable<Text>,
        overdue_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recovery_code (user_account_id, code_hash) {
        user_account_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    relay_breaker (only_row) {
        only_row -> Bool,
        faults -> Int4,
        openings -> Int4,
        opened_at -> Nullable<Timestamptz>,
        open_until -> Nullable<Timestamptz>,
        probe_until -> Nullable<Timestamptz>,
        words -> Nullable<Text>,
    }
}

diesel::table! {
    response (id) {
        id -> Uuid,
        visit_id -> Uuid,
        survey_version_id -> Uuid,
        mode -> Text,
        certainty -> Text,
        complete -> Bool,
        answers -> Jsonb,
        comment -> Nullable<Text>,
        call_me -> Bool,
        language -> Nullable<Text>,
        answered_at -> Timestamptz,
        changed_at -> Timestamptz,
        changed_in -> Int8,
        revision -> Int4,
        revisions -> Int4,
        signs -> Array<Nullable<Text>>,
        call_time -> Nullable<Text>,
        call_number -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
        decision -> Nullable<Text>,
        excluded -> Bool,
    }
}

diesel::table! {
    response_revision (nonce_hash) {
        nonce_hash -> Bytea,
        response_id -> Uuid,
        revision -> Int4,
        answers -> Jsonb,
        comment -> Nullable<Text>,
        call_me -> Bool,
        at -> Timestamptz,
        certainty -> Text,
        signs -> Array<Nullable<Text>>,
        complete -> Bool,
        opened_at -> Nullable<Timestamptz>,
        network -> Nullable<Bytea>,
    }
}

diesel::table! {
    retention_run (kind) {
        kind -> Text,
        ran_at -> Timestamptz,
        deleted -> Int8,
    }
}

diesel::table! {
    retention_start (only_row) {
        only_row -> Bool,
        begins_at -> Timestamptz,
    }
}

diesel::table! {
    schedule (name) {
        name -> Text,
        next_run_at -> Timestamptz,
    }
}

diesel::table! {
    score_class (id) {
        id -> Int4,
        design -> Text,
        segment -> Text,
        probability -> Nullable<Float8>,
        share_permille -> Int4,
    }
}

diesel::table! {
    score_contribution (visit_id) {
        visit_id -> Uuid,
        contribution -> Jsonb,
    }
}

diesel::table! {
    score_count (month, employee_id) {
        month -> Date,
        employee_id -> Uuid,
        visits -> Int8,
        invited -> Int8,
        answers_email -> Int8,
        answers_phone -> Int8,
        answers_phone_first -> Int8,
    }
}

diesel::table! {
    score_cross (span, begins, item_id, class_id) {
        span -> Text,
        begins -> Date,
        item_id -> Int4,
        class_id -> Int4,
        sums -> Bytea,
    }
}

diesel::table! {
    score_fold (only_row) {
        only_row -> Bool,
        folded_at -> Nullable<Timestamptz>,
        stamp -> Nullable<Uuid>,
    }
}

diesel::table! {
    score_item (id) {
        id -> Int4,
        question -> Text,
        scale_min -> Int4,
        scale_max -> Int4,
    }
}

diesel::table! {
    score_level (id) {
        id -> Int4,
        factor -> Text,
        level -> Text,
    }
}

diesel::table! {
    score_slice (span, begins, employee_id) {
        span -> Text,
        begins -> Date,
        employee_id -> Uuid,
        sums -> Bytea,
    }
}

diesel::table! {
    score_sum (month, employee_id, question, scale_min, scale_max, mode, share_permille) {
        month -> Date,
        employee_id -> Uuid,
        question -> Text,
        scale_min -> Int4,
        scale_max -> Int4,
        mode -> Text,
        share_permille -> Int4,
        n -> Int8,
        steps -> Int8,
        steps_squared -> Int8,
        top2 -> Int8,
    }
}

diesel::table! {
    second_factor (user_account_id) {
        user_account_id -> Uuid,
        secret_id -> Text,
        salt -> Bytea,
        last_step -> Int8,
        set_at -> Timestamptz,
    }
}

diesel::table! {
    send_rate (name) {
        name -> Text,
        next_at -> Timestamptz,
    }
}

diesel::table! {
    sending_fuse (only_row) {
        only_row -> Bool,
        beat_at -> Timestamptz,
        identity -> Nullable<Text>,
        blown_at -> Nullable<Timestamptz>,
        reason -> Nullable<Text>,
        released_at -> Nullable<Timestamptz>,
        released_by -> Nullable<Text>,
    }
}

diesel::table! {
    sending_switch (only_row) {
        only_row -> Bool,
        is_on -> Bool,
        changed_at -> Timestamptz,
        changed_by -> Text,
    }
}

diesel::table! {
    session (token_hash) {
        token_hash -> Bytea,
        user_account_id -> Uuid,
        created_at -> Timestamptz,
        seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        agent -> Nullable<Text>,
        second_factor_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sign_in_attempt (id) {
        id -> Int8,
        subject_hash -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    sign_in_step (token_hash) {
        token_hash -> Bytea,
        user_account_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    site (id) {
        id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    statement (id) {
        id -> Uuid,
        number -> Int8,
        employee_id -> Uuid,
        period_from -> Date,
        period_to -> Date,
        content -> Jsonb,
        inputs -> Text,
        checksum -> Bytea,
        made_at -> Timestamptz,
        made_by -> Text,
        replaces_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    statement_number (only_row) {
        only_row -> Bool,
        last_number -> Int8,
    }
}

diesel::table! {
    statement_reply (id) {
        id -> Uuid,
        statement_id -> Uuid,
        kind -> Text,
        words -> Text,
        replied_at -> Timestamptz,
        replied_by -> Text,
    }
}

diesel::table! {
    suppression (address_hash) {
        address_hash -> Bytea,
        secret_id -> Text,
        reason -> Text,
        created_at -> Timestamptz,
        channel -> Text,
    }
}

diesel::table! {
    survey (id) {
        id -> Uuid,
        key -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    survey_draft (survey_id) {
        survey_id -> Uuid,
        content -> Nullable<Jsonb>,
        lock_version -> Int4,
        edited_by -> Uuid,
        edited_at -> Timestamptz,
    }
}

diesel::table! {
    survey_rule (id) {
        id -> Uuid,
        position -> Int4,
        service -> Text,
        channel -> Nullable<Text>,
        segment -> Nullable<Text>,
        survey_id -> Uuid,
    }
}

diesel::table! {
    survey_version (id) {
        id -> Uuid,
        survey_id -> Uuid,
        version -> Int4,
        content -> Jsonb,
        published_at -> Timestamptz,
        published_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    team (id) {
        id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    team_member (employee_id, team_id, role, valid_from) {
        employee_id -> Uuid,
        team_id -> Uuid,
        role -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    thank_you (visit_id) {
        visit_id -> Uuid,
        planned_at -> Timestamptz,
        marked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    user_account (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        role -> Text,
        employee_id -> Nullable<Uuid>,
        team_id -> Nullable<Uuid>,
        password_hash -> Nullable<Text>,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    visit (id) {
        id -> Uuid,
        external_id -> Text,
        content_hash -> Bytea,
        visited_at -> Timestamptz,
        visited_on -> Date,
        service -> Text,
        channel -> Nullable<Text>,
        site_id -> Nullable<Uuid>,
        segment -> Nullable<Text>,
        priority -> Bool,
        customer_id -> Nullable<Uuid>,
        customer_name -> Nullable<Text>,
        customer_email -> Nullable<Text>,
        customer_phone -> Nullable<Text>,
        customer_language -> Nullable<Text>,
        customer_time_zone -> Nullable<Text>,
        lawful_basis -> Nullable<Text>,
        lawful_basis_channels -> Nullable<Array<Nullable<Text>>>,
        lawful_basis_evidence -> Nullable<Text>,
        first_contact -> Nullable<Text>,
        outcome -> Text,
        send_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        call_priority -> Float8,
    }
}

diesel::table! {
    visit_employee (visit_id, employee_id) {
        visit_id -> Uuid,
        employee_id -> Uuid,
        position -> Int4,
        share_permille -> Int4,
        team_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    visit_outcome (visit_id, id) {
        id -> Int8,
        visit_id -> Uuid,
        outcome -> Text,
        at -> Timestamptz,
        by -> Text,
        reason -> Text,
    }
}

diesel::table! {
    wave (id) {
        id -> Uuid,
        from_on -> Date,
        to_on -> Date,
        share -> Float8,
        state -> Text,
        drawn_at -> Timestamptz,
        drawn_by -> Text,
        closed_at -> Nullable<Timestamptz>,
        closed_by -> Nullable<Text>,
    }
}

diesel::table! {
    wave_stratum (wave_id, kind) {
        wave_id -> Uuid,
        kind -> Text,
        framed -> Int8,
        drawn -> Int8,
        called -> Nullable<Int8>,
        probability -> Nullable<Float8>,
    }
}

diesel::table! {
    webhook_attempt (message_id, number) {
        message_id -> Uuid,
        number -> Int4,
        at -> Timestamptz,
        status -> Nullable<Int4>,
        error -> Nullable<Text>,
        duration_ms -> Nullable<Int4>,
    }
}

diesel::table! {
    webhook_endpoint (id) {
        id -> Uuid,
        url -> Text,
        description -> Text,
        events -> Array<Nullable<Text>>,
        secret_id -> Text,
        secret_version -> Int4,
        old_secret_id -> Nullable<Text>,
        old_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        failing_since -> Nullable<Timestamptz>,
        disabled_at -> Nullable<Timestamptz>,
        disabled_why -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_message (id) {
        id -> Uuid,
        endpoint_id -> Uuid,
        event -> Text,
        payload -> Text,
        created_at -> Timestamptz,
        state -> Text,
        due_at -> Timestamptz,
        tries -> Int4,
        claims -> Int4,
    }
}

diesel::joinable!(account_identity -> user_account (user_account_id));
diesel::joinable!(answer_card -> survey_version (survey_version_id));
diesel::joinable!(answer_card -> visit (visit_id));
diesel::joinable!(bounce_event -> invitation (invitation_id));
diesel::joinable!(break_glass -> user_account (user_account_id));
diesel::joinable!(callback -> visit (visit_id));
diesel::joinable!(callback -> wave (wave_id));
diesel::joinable!(callback_attempt -> callback (callback_id));
diesel::joinable!(customer_note -> customer (customer_id));
diesel::joinable!(customer_stop -> customer (customer_id));
diesel::joinable!(delivery_attempt -> invitation (invitation_id));
diesel::joinable!(employee -> site (site_id));
diesel::joinable!(invitation -> survey_version (survey_version_id));
diesel::joinable!(invitation -> visit (visit_id));
diesel::joinable!(objection -> response (response_id));
diesel::joinable!(objection -> visit (visit_id));
diesel::joinable!(objection -> employee (employee_id));
diesel::joinable!(objection_decision -> objection (objection_id));
diesel::joinable!(objection_decision -> employee (employee_to));
diesel::joinable!(password_link -> user_account (user_account_id));
diesel::joinable!(question -> survey_version (survey_version_id));
diesel::joinable!(recovery_case -> response (response_id));
diesel::joinable!(recovery_case -> visit (visit_id));
diesel::joinable!(recovery_code -> user_account (user_account_id));
diesel::joinable!(response -> survey_version (survey_version_id));
diesel::joinable!(response -> visit (visit_id));
diesel::joinable!(response_revision -> response (response_id));
diesel::joinable!(second_factor -> user_account (user_account_id));
diesel::joinable!(session -> user_account (user_account_id));
diesel::joinable!(sign_in_step -> user_account (user_account_id));
diesel::joinable!(statement -> employee (employee_id));
diesel::joinable!(statement_reply -> statement (statement_id));
diesel::joinable!(survey_draft -> survey (survey_id));
diesel::joinable!(survey_rule -> survey (survey_id));
diesel::joinable!(survey_version -> survey (survey_id));
diesel::joinable!(team_member -> employee (employee_id));
diesel::joinable!(team_member -> team (team_id));
diesel::joinable!(thank_you -> visit (visit_id));
diesel::joinable!(user_account -> employee (employee_id));
diesel::joinable!(user_account -> team (team_id));
diesel::joinable!(visit -> customer (customer_id));
diesel::joinable!(visit -> site (site_id));
diesel::joinable!(visit_employee -> employee (employee_id));
diesel::joinable!(visit_employee -> team (team_id));
diesel::joinable!(visit_employee -> visit (visit_id));
diesel::joinable!(visit_outcome -> visit (visit_id));
diesel::joinable!(wave_stratum -> wave (wave_id));
diesel::joinable!(webhook_attempt -> webhook_message (message_id));
diesel::joinable!(webhook_message -> webhook_endpoint (endpoint_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_identity,
    answer_card,
    answer_followed,
    api_key,
    asked,
    audit_entry,
    audit_head,
    audit_seal,
    bounce_event,
    break_glass,
    callback,
    callback_attempt,
    calling,
    changed_visit,
    customer,
    customer_merge,
    customer_note,
    customer_stop,
    delivery_attempt,
    employee,
    idempotency_key,
    import_row,
    import_run,
    invitation,
    job,
    legal_hold,
    link_fetch,
    objection,
    objection_decision,
    password_link,
    provider_sign_in,
    question,
    recovery_case,
    recovery_code,
    relay_breaker,
    response,
    response_revision,
    retention_run,
    retention_start,
    schedule,
    score_class,
    score_contribution,
    score_count,
    score_cross,
    score_fold,
    score_item,
    score_level,
    score_slice,
    score_sum,
    second_factor,
    send_rate,
    sending_fuse,
    sending_switch,
    session,
    sign_in_attempt,
    sign_in_step,
    site,
    statement,
    statement_number,
    statement_reply,
    suppression,
    survey,
    survey_draft,
    survey_rule,
    survey_version,
    team,
    team_member,
    thank_you,
    user_account,
    visit,
    visit_employee,
    visit_outcome,
    wave,
    wave_stratum,
    webhook_attempt,
    webhook_endpoint,
    webhook_message,
);
