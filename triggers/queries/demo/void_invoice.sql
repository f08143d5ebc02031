-- An invoice was wrong; what was paid for it is paid back. $1: a seed.
UPDATE public.finance_invoices SET status = 'void', paid_amount = NULL, paid_date = NULL
WHERE id = (
    SELECT id FROM public.finance_invoices
    WHERE status IN ('sent', 'partial', 'paid')
      AND id > sample.pick($1::bigint, 190, (SELECT max(id) FROM public.finance_invoices))
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
