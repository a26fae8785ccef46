-- Where a model was loaded from last, so that the one that is adopted can be found again.
ALTER TABLE models ADD COLUMN engine TEXT;         -- what runs it, as its manifest says
ALTER TABLE models ADD COLUMN folder TEXT;         -- on the machine that judged with it last
