-- A draft goes out. $1: a seed.
UPDATE public.finance_invoices SET status = 'sent'
WHERE id = (
    SELECT id FROM public.finance_invoices
    WHERE status = 'draft'
      AND id >= (SELECT max(id) FROM public.finance_invoices) - sample.pick($1::bigint, 160, 600)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
