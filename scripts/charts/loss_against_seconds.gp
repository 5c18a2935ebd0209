#@order 3
#@title Loss against seconds
#@caption The losses by epoch, each epoch placed at its number times the median time of an epoch; set-up is left out.
#@ The lowest curve at a moment is the best training that this long a wait can buy. Rings mark where a case has made
#@ 90 %, 99 % and 99.9 % of the improvement of a verified training of its problem. Only verified cases on real
#@ devices; of more than a dozen, the fastest of those that trained the same.
#@per model,dataset
#@height 400 + key_pixels
#@sql WITH told AS (
#@   SELECT number, id, model, dataset, series, training, median_ns, count(*) OVER () AS total,
#@     row_number() OVER (PARTITION BY training ORDER BY median_ns) AS place
#@   FROM ranked JOIN names USING (case_number) JOIN epoch_times USING (case_number)
#@   JOIN cases ON number = case_number WHERE model = :model AND dataset = :dataset)
#@ SELECT iif(total > 12, trim(replace(' ' || substr(training, 1, length(training) - length(dataset)), ' ' || model, '')), series),
#@   curve.epoch * median_ns / 1e9, curve.loss,
#@   EXISTS (SELECT * FROM times_to t WHERE t.case_id = told.id AND t.epoch = curve.epoch)
#@ FROM told JOIN curve ON curve.case_number = number
#@ WHERE (place = 1 OR total <= 12) AND curve.loss > 0 AND curve.loss <= 1e6 *
#@   (SELECT f.loss FROM curve f WHERE f.case_number = number ORDER BY f.epoch LIMIT 1)
#@ ORDER BY number, curve.epoch

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
