-- A client pays what is left of an invoice. $1: a seed.
UPDATE public.finance_invoices SET status = 'paid', paid_amount = total_amount, paid_date = CURRENT_DATE
WHERE id = (
    SELECT id FROM public.finance_invoices
    WHERE status IN ('sent', 'partial')
      AND id >= (SELECT max(id) FROM public.finance_invoices) - sample.pick($1::bigint, 170, 1500)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
