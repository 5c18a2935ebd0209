#@order 3
#@title Predicted against actual
#@caption Each test row once. One verified case stands for all of its problem; wrong ones are shown by themselves. On the
#@ diagonal the prediction is exact.
#@per model,dataset
#@for task = 'regression'
#@height 480 + key_pixels
#@sql SELECT series || iif(verdict = 'ok', iif(others > 0, ' and ' || others || ' more verified', ''), ' (wrong)'),
#@ actual, predicted FROM (
#@   SELECT case_number, series, verdict, number,
#@     row_number() OVER (PARTITION BY training, verdict ORDER BY number) AS place,
#@     count(*) OVER (PARTITION BY training, verdict) - 1 AS others
#@   FROM names JOIN checks k USING (case_number) JOIN cases c ON number = case_number
#@   WHERE model = :model AND dataset = :dataset AND c.status = 'ok' AND verdict <> 'unverified'
#@   AND EXISTS (SELECT * FROM predictions p WHERE p.case_number = names.case_number AND p.predicted IS NOT NULL))
#@ JOIN predictions USING (case_number)
#@ WHERE place = 1 OR verdict = 'wrong' ORDER BY number, row

stats data using 2 name 'actual' nooutput
low = actual_min
high = actual_max
margin = 0.05 * (high > low ? high - low : 1)

set xrange [low - margin : high + margin]
set xlabel 'actual value, in the target''s unit'
y_name = 'predicted value, in the target''s unit'
eval above_y_axis
set lmargin at screen x_at(64)
eval key_below

plot x with lines lc rgb faint lw 1 dt (6,4) notitle, \
     for [i = 0:series - 1] data index i using 2:3 with points lt i + 1 pt shape(i) ps 0.6 title shown(i + 1)
