#@order 2
#@title Loss by epoch
#@caption Training loss before the update of each epoch, as read in the checked pass. Lines that coincide agree;
#@ their markers alternate, so that each stays visible. With more than a dozen verified cases, one stands for all
#@ that trained the same. The chart ends at ten times the usual loss at the start.
#@per model,dataset
#@height 400 + key_pixels
#@panel 6
#@sql WITH told AS (
#@   SELECT number, model, dataset, series, training, verdict, count(*) OVER () AS total,
#@     row_number() OVER (PARTITION BY training ORDER BY number) AS place
#@   FROM cases JOIN checks ON checks.case_number = number JOIN names ON names.case_number = number
#@   WHERE model = :model AND dataset = :dataset AND verdict <> 'wrong' AND algorithm IS NULL
#@   UNION ALL SELECT number, model, dataset, series || ' (wrong)', '', verdict, 0, 1
#@   FROM cases JOIN checks ON checks.case_number = number JOIN names ON names.case_number = number
#@   WHERE model = :model AND dataset = :dataset AND verdict = 'wrong'),
#@ placed AS (
#@   SELECT number, iif(total > 12, trim(replace(' ' || substr(training, 1, length(training) - length(dataset)), ' ' || model, '')), series) AS name,
#@     epoch, curve.loss AS loss FROM told JOIN curve ON curve.case_number = number
#@   WHERE (place = 1 OR total <= 12) AND curve.loss > 0 AND curve.loss <= 1e6 *
#@     (SELECT f.loss FROM curve f WHERE f.case_number = number ORDER BY f.epoch LIMIT 1)),
#@ thinned AS (
#@   SELECT *, loss IN (min(loss) OVER few, max(loss) OVER few) OR epoch = max(epoch) OVER few AS kept
#@   FROM placed WINDOW few AS (PARTITION BY number, CAST(60 * log10(epoch) AS INT)))
#@ SELECT name, epoch, loss FROM thinned WHERE kept ORDER BY number, epoch

stats data using 2 name 'epoch' nooutput

unit = 1
x_low = 1
x_high = epoch_max > 1 ? epoch_max : 10
set xlabel 'epoch'
load 'curves.gnuplot'
