-- Nobody here is a superuser: "freshet" owns the database and runs freshetd, "office" only writes the firm's tables.
CREATE ROLE freshet LOGIN;
CREATE ROLE office LOGIN;
