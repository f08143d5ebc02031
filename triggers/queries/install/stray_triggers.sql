-- Whether triggers of a source ($1: its id) are on another table than $2: schema, $3: name, say on one that was renamed.
SELECT EXISTS (
    SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'freshet'::regnamespace AND p.proname ~ ('^capture_' || $1 || '_[a-z]+$')
      AND t.tgrelid IS DISTINCT FROM to_regclass(quote_ident($2) || '.' || quote_ident($3)))
