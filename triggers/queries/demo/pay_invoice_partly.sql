-- A client pays a part of an invoice. $1: a seed.
UPDATE public.finance_invoices
SET status = 'partial', paid_date = CURRENT_DATE,
    paid_amount = ROUND(total_amount * (10 + sample.pick($1::bigint, 181, 80)) / 100, 2)
WHERE id = (
    SELECT id FROM public.finance_invoices
    WHERE status = 'sent'
      AND id >= (SELECT max(id) FROM public.finance_invoices) - sample.pick($1::bigint, 180, 1500)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
