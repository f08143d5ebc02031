SELECT product(quantity) AS p FROM child
