#@order 3
#@title Predicted against actual
#@caption Each mark is one test row; on the diagonal, the prediction is exact. One verified case stands for all that
#@ trained the same; wrong cases are shown separately.
#@per model,dataset
#@for task = 'regression'
#@height 480 + key_pixels
#@panel 6
#@sql SELECT series, actual, predicted FROM answers WHERE model = :model AND dataset = :dataset
#@ ORDER BY case_number, row

stats data using 2 name 'actual' nooutput
low = actual_min
high = actual_max
margin = 0.05 * (high > low ? high - low : 1)

set xrange [low - margin : high + margin]
set xlabel 'actual value, in units of the target'
y_name = 'predicted value, in units of the target'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
key_lines = 0
load 'key.gnuplot'
rounds = 1
values = 1

plot for [i = 0:series - 1] data index first + i using 2:3 with points lt i + 1 pt shape(i) ps 0.6 notitle, \
     x with lines lc rgb faint lw 1 dt (6,4) notitle
