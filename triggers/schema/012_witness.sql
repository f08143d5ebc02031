-- freshet.capture_witness() as it was when `image` was taken: as long as it is the same, nothing the image rests on changed.
ALTER TABLE freshet.source ADD COLUMN witness text;
