# Lines of loss (column 3) over something (column 2, in units of `unit`), both axes logarithmic. Set before:
# unit, x_low, x_high, and the label of the horizontal axis; and rings to 1, where column 4 says which points get one.
rings = exists('rings') ? rings : 0
stats data using 3 name 'loss' nooutput

# Some markers a line, evenly spread over the logarithmic axis, each series a little further on than the one
# before.
marks = series < 7 ? 8 : series < 16 ? 5 : 3
span = log10(x_high / x_low)
next = 0
mark(i, x) = (column(0) == 0 ? (next = log10(x_low) + span / marks * (i + 0.5) / series, 0) : 0, \
              log10(x) >= next ? (next = next + span / marks, 1) : 0)

set logscale xy
set xrange [x_low : x_high]
# Trainings that diverge leave the chart at its top, or all others would be a line at its bottom.
stats data using 3 every ::0::0 name 'start' nooutput
loss_top = loss_max > 10 * start_median ? 10 * start_median : loss_max * 1.15
set yrange [loss_min / 1.15 : loss_top]
ticks_axis = 'ytics'
ticks_low = loss_min
ticks_high = loss_top
eval log_ticks
y_name = 'training loss'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
load 'key.gnuplot'
rounds = rings ? 3 : 2
values = 1
linear = 1

plot for [i = 0:series - 1] data index first + i using ($2 / unit):3 with lines lt i + 1 notitle, \
     for [i = 0:series - 1] data index first + i using ($2 / unit):(mark(i, $2 / unit) ? $3 : NaN) \
         with points lt i + 1 pt shape(i) ps 0.8 notitle, \
     for [i = 0:(rings ? series - 1 : -1)] data index first + i using ($2 / unit):($4 > 0 ? $3 : NaN) \
         with points lt i + 1 dt solid pt 6 ps 1.5 notitle
