-- A project enters another phase: its name is a key of two reports, so all of its months change. $1: a seed.
UPDATE public.projects_projects
SET name = split_part(name, ' (', 1) || ' (phase ' || 1 + sample.pick($1::bigint, 231, 9) || ')'
WHERE id = 1 + sample.pick($1::bigint, 230, (SELECT max(id) FROM public.projects_projects))
