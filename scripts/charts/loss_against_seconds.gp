#@order 3
#@title Loss against seconds
#@caption Loss by epoch, with each epoch at its number times the median time of an epoch; set-up is not included. The
#@ lowest curve at any time is the best training for that much time. Rings mark where a case has made 90 %, 99 % and
#@ 99.9 % of the improvement of a verified training of its problem. Only verified cases on real devices; if there are
#@ more than a dozen, only the fastest of those that trained the same. Other algorithms, which are not verified, are
#@ named and drawn by the losses and seconds that they report; the table has their measured times.
#@per model,dataset
#@height 400 + key_pixels
#@panel 6
#@sql WITH told AS (
#@   SELECT number, model, dataset, series || coalesce(' (' || algorithm || ')', '') AS series, training, median_ns,
#@     algorithm, count(*) OVER () AS total,
#@     iif(algorithm IS NULL, row_number() OVER (PARTITION BY training, algorithm ORDER BY median_ns), 1) AS place
#@   FROM cases JOIN names ON case_number = number LEFT JOIN epoch_times USING (case_number)
#@   WHERE model = :model AND dataset = :dataset AND ((algorithm IS NULL AND median_ns IS NOT NULL
#@     AND number IN (SELECT case_number FROM ranked)) OR (algorithm IS NOT NULL AND status = 'ok'))),
#@ placed AS (
#@   SELECT number, iif(total > 12 AND algorithm IS NULL,
#@       trim(replace(' ' || substr(training, 1, length(training) - length(dataset)), ' ' || model, '')), series) AS name,
#@     curve.epoch AS epoch, coalesce(curve.seconds, curve.epoch * median_ns / 1e9) AS seconds, curve.loss AS loss
#@   FROM told JOIN curve ON curve.case_number = number WHERE place = 1 OR total <= 12),
#@ thinned AS (
#@   SELECT *, loss IN (min(loss) OVER few, max(loss) OVER few) OR epoch = max(epoch) OVER few AS kept,
#@     EXISTS (SELECT * FROM times_to t WHERE t.case_number = number AND t.point = placed.epoch) AS ring
#@   FROM placed WHERE seconds > 0 AND loss > 0 AND loss <= 1e6 *
#@     (SELECT f.loss FROM curve f WHERE f.case_number = number ORDER BY f.epoch LIMIT 1)
#@   WINDOW few AS (PARTITION BY number, CAST(60 * log10(epoch) AS INT)))
#@ SELECT name, seconds, loss, ring FROM thinned WHERE kept OR ring ORDER BY number, epoch

stats data using 2 name 'time' nooutput

unit = time_max < 1e-3 ? 1e-6 : time_max < 1 ? 1e-3 : 1
x_low = time_min / unit
x_high = time_max / unit * (time_max > time_min ? 1 : 10)
ticks_axis = 'xtics'
ticks_low = x_low
ticks_high = x_high
eval log_ticks
set xlabel 'time spent training [' . (unit == 1e-6 ? 'µs' : unit == 1e-3 ? 'ms' : 's') . ']'
rings = 1
load 'curves.gnuplot'
