-- Whether a value of type $1 becomes one of type $2 without anybody asking for it, and so cannot fail.
SELECT $1::regtype = $2::regtype
    OR EXISTS (SELECT FROM pg_cast WHERE castsource = $1::regtype AND casttarget = $2::regtype AND castcontext = 'i')
