# Time per epoch (column 3) over a size (column 2), with the power law that fits each line best. Set before: the
# label of the horizontal axis.
stats data using 2 name 'size' nooutput
stats data using 3 name 'time' nooutput
unit = time_max < 1e3 ? 1 : time_max < 1e6 ? 1e3 : time_max < 1e9 ? 1e6 : 1e9

array power[series]
array factor[series]
do for [i = 0:series - 1] {
    stats data index first + i using (log($2)):(log($3)) name 'fit' nooutput
    power[i + 1] = fit_slope
    factor[i + 1] = fit_intercept
}

set logscale xy
set xrange [size_min / 1.2 : size_max * 1.2]
set yrange [time_min / unit / 1.3 : time_max / unit * 1.3]
ticks_axis = 'xtics'
ticks_low = size_min / 1.2
ticks_high = size_max * 1.2
eval log_ticks
ticks_axis = 'ytics'
ticks_low = time_min / unit / 1.3
ticks_high = time_max / unit * 1.3
eval log_ticks
y_name = 'time per epoch [' . (unit == 1 ? 'ns' : unit == 1e3 ? 'µs' : unit == 1e6 ? 'ms' : 's') . ']'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
load 'key.gnuplot'
rounds = 2
values = 2
linear = 1

plot for [i = 0:series - 1] (x >= size_min && x <= size_max ? exp(factor[i + 1]) * x ** power[i + 1] / unit : NaN) \
         with lines lt i + 1 lw 1.2 notitle, \
     for [i = 0:series - 1] data index first + i using 2:($3 / unit) with points lt i + 1 pt shape(i) ps 0.9 notitle
