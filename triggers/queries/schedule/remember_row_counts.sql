-- $1: source, $2: excess, $3: since (row_counts.sql)
UPDATE freshet.source SET accounted = jsonb_build_object('excess', $2::bigint, 'since', $3::text) WHERE id = $1::integer
