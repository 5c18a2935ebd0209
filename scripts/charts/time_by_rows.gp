#@order 6
#@title Time by rows
#@caption Median time per epoch of verified cases on real devices, and the power of the number of rows that fits
#@ best: 1 if time grows with the work, close to 0 if fixed costs dominate, above 1 if the data outgrow the caches.
#@per model,task
#@for (model, task) IN (SELECT model, task FROM cases GROUP BY model, task, cols HAVING count(DISTINCT rows) >= 3)
#@height 400 + key_pixels
#@sql WITH timed AS (
#@   SELECT number, rows, median_ns, ln(rows) AS x, ln(median_ns) AS y, series || ' ' || cols || ' columns' AS line
#@   FROM ranked JOIN names USING (case_number) JOIN epoch_times USING (case_number)
#@   JOIN cases ON number = case_number WHERE model = :model AND task = :task),
#@ fits AS (
#@   SELECT line, min(number) AS first,
#@     (count(*) * sum(x * y) - sum(x) * sum(y)) / (count(*) * sum(x * x) - sum(x) * sum(x)) AS power
#@   FROM timed GROUP BY line HAVING count(DISTINCT rows) >= 3)
#@ SELECT printf('%s: power %.2f', line, power), rows, median_ns FROM timed JOIN fits USING (line)
#@ ORDER BY first, rows

set xlabel 'training rows'
load 'scaling.gnuplot'
