-- The column lists, [["a", "b"], ...], that a view takes for unique, because it looks rows up by them.
ALTER TABLE freshet.source ADD COLUMN lookup_keys jsonb NOT NULL DEFAULT '[]';
UPDATE freshet.source SET image = image || '{"unique": []}' WHERE image IS NOT NULL;
