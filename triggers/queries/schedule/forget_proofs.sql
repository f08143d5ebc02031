-- $1: how long proofs are kept. The last exact one of a view says how fresh its proof is.
DELETE FROM freshet.proof p
WHERE p.ended_at < now() - $1::interval
  AND EXISTS (SELECT FROM freshet.proof later
              WHERE later.view_id = p.view_id AND later.tenant IS NOT DISTINCT FROM p.tenant
                AND later.outcome = 'exact' AND later.id > p.id)
