-- The campus as tables, and enrolling as a function: what one would write for PostGraphile.
-- The same checks as the twin makes, under a lock of the section's row.

CREATE SCHEMA campus;

CREATE TABLE campus.term (
    id integer PRIMARY KEY,
    code text NOT NULL UNIQUE,
    add_deadline timestamptz NOT NULL
);

CREATE TABLE campus.course (
    id integer PRIMARY KEY,
    code text NOT NULL UNIQUE,
    title text NOT NULL
);

CREATE TABLE campus.student (
    id integer PRIMARY KEY,
    number text NOT NULL UNIQUE
);

CREATE TABLE campus.section (
    id integer PRIMARY KEY,
    term_id integer NOT NULL REFERENCES campus.term,
    course_id integer NOT NULL REFERENCES campus.course,
    code text NOT NULL,
    capacity integer,
    enrolled integer NOT NULL DEFAULT 0
);

CREATE TABLE campus.enrollment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    student_id integer NOT NULL REFERENCES campus.student,
    section_id integer NOT NULL REFERENCES campus.section,
    course_id integer NOT NULL REFERENCES campus.course,
    status text NOT NULL,
    enrolled_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON campus.enrollment (student_id, course_id) WHERE status = 'ENROLLED';
CREATE INDEX ON campus.enrollment (student_id);
CREATE INDEX ON campus.enrollment (section_id);

CREATE FUNCTION campus.section_seats_available(section campus.section) RETURNS integer
    LANGUAGE sql STABLE
    AS $$ SELECT greatest(0, section.capacity - section.enrolled) $$;

CREATE FUNCTION campus.enroll(student integer, section integer) RETURNS text[]
    LANGUAGE plpgsql VOLATILE
    AS $$
#variable_conflict use_variable
DECLARE
    place campus.section;
    refusals text[] := '{}';
BEGIN
    SELECT * INTO STRICT place FROM campus.section s WHERE s.id = section FOR UPDATE;
    IF (SELECT t.add_deadline FROM campus.term t WHERE t.id = place.term_id) < now() THEN
        refusals := refusals || 'DEADLINE_PASSED'::text;
    END IF;
    IF place.enrolled >= place.capacity THEN
        refusals := refusals || 'SECTION_FULL'::text;
    END IF;
    IF EXISTS (
        SELECT FROM campus.enrollment e
        WHERE e.student_id = student AND e.course_id = place.course_id AND e.status = 'ENROLLED'
    ) THEN
        refusals := refusals || 'ALREADY_ENROLLED'::text;
    END IF;
    IF refusals = '{}' THEN
        INSERT INTO campus.enrollment (student_id, section_id, course_id, status)
            VALUES (student, section, place.course_id, 'ENROLLED');
        UPDATE campus.section s SET enrolled = s.enrolled + 1 WHERE s.id = section;
        PERFORM pg_notify(
            'section/' || section,
            json_build_object('id', section, 'enrolled', place.enrolled + 1)::text
        );
    END IF;
    RETURN refusals;
END
$$;
COMMENT ON FUNCTION campus.enroll IS '@resultFieldName refusals';

-- who serves owns nothing
CREATE ROLE campus_api LOGIN;
GRANT USAGE ON SCHEMA campus TO campus_api;
GRANT SELECT ON ALL TABLES IN SCHEMA campus TO campus_api;
GRANT INSERT ON campus.enrollment TO campus_api;
GRANT UPDATE (enrolled) ON campus.section TO campus_api;
