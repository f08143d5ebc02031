-- Views whose rows are kept as the query gives them, and replaced by key.
ALTER TABLE freshet.view DROP CONSTRAINT view_strategy_check;
ALTER TABLE freshet.view ADD CONSTRAINT view_strategy_check CHECK (strategy IN ('delta', 'partial', 'concurrent'));
