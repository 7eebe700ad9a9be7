-- Version 1: the tables of schema/tables.json, and the settings of the file.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- Redacted names are hashed with it. It never leaves the file.
INSERT INTO settings VALUES ('salt', lower(hex(randomblob(16))));

CREATE TABLE "candidates" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "score" REAL,
    "process" TEXT,
    "operation" TEXT,
    "path" TEXT,
    "result" TEXT,
    "status" TEXT,
    "hresult" TEXT,
    "servicing_part" TEXT,
    "installer" TEXT,
    "issuer" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "cases" (
    "case_id" TEXT NOT NULL,
    "name" TEXT,
    "healthy" INTEGER,
    "redacted" INTEGER,
    "state" TEXT,
    "error_kind" TEXT,
    "error" TEXT,
    "bytes" INTEGER,
    "tool_version" TEXT,
    "machine" TEXT,
    "os" TEXT,
    "build" TEXT,
    "architecture" TEXT,
    "day" TEXT,
    "boot_start" TEXT,
    "candidates_left_out" INTEGER,
    PRIMARY KEY (case_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "drivers_and_filters" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "name" TEXT,
    "path" TEXT,
    "company" TEXT,
    "version" TEXT,
    "in_stacks" INTEGER,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "faults" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "kind" TEXT,
    "name" TEXT,
    "process" TEXT,
    "trust" TEXT,
    "evidence_en" TEXT,
    "evidence_zh" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "findings" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "rule" TEXT,
    "severity" TEXT,
    "title_en" TEXT,
    "title_zh" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "inputs" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "path" TEXT,
    "kind" TEXT,
    "sha256" TEXT,
    "bytes" INTEGER,
    "records" INTEGER,
    "bad_records" INTEGER,
    "first" TEXT,
    "last" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "packages" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "identity" TEXT,
    "kb" TEXT,
    "version" TEXT,
    "state" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "services" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "name" TEXT,
    "start_type" TEXT,
    "last_state" TEXT,
    "severity" TEXT,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "signature_parts" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "number" INTEGER NOT NULL,
    "name" TEXT,
    "value" TEXT,
    "contributes" INTEGER,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE "signatures" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "version" INTEGER,
    "id" TEXT,
    "text" TEXT,
    PRIMARY KEY (case_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "verdicts" (
    "case_id" TEXT NOT NULL REFERENCES cases(case_id),
    "outcome" TEXT,
    "phase" TEXT,
    "hresult" TEXT,
    "hresult_name" TEXT,
    "confidence" TEXT,
    "headline_en" TEXT,
    "headline_zh" TEXT,
    "summary_en" TEXT,
    "summary_zh" TEXT,
    "missing_en" TEXT,
    "missing_zh" TEXT,
    "kb" TEXT,
    "update_identity" TEXT,
    "update_version" TEXT,
    "ending" TEXT,
    "ending_time" TEXT,
    "process" TEXT,
    "operation" TEXT,
    "path" TEXT,
    "target_path" TEXT,
    "result" TEXT,
    "status" TEXT,
    "remedy_rule" TEXT,
    "remedy_en" TEXT,
    "remedy_zh" TEXT,
    "remedy_command" TEXT,
    "next_capture_en" TEXT,
    "next_capture_zh" TEXT,
    PRIMARY KEY (case_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_by_build ON cases(build);
CREATE INDEX candidates_by_result ON candidates(operation, status);
CREATE INDEX signatures_by_id ON signatures(id);
