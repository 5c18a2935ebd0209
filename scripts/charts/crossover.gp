#@order 8
#@title From how many rows a device is faster
#@caption Time per epoch over training rows, for each device and for the fastest host implementation at each size.
#@ The ring marks where a device and the host cross; the bar through it, where the bounds of their paired ratio do. A
#@ bar that reaches the first or last size may extend beyond it.
#@per model,task,cols
#@for (model, task, cols) IN (SELECT model, task, cols FROM crossover_lines)
#@height 400 + key_pixels
#@sql WITH lines AS (
#@   SELECT *, min(rows) OVER line AS least, max(rows) OVER line AS most,
#@     iif((SELECT count(DISTINCT title) FROM crossover_lines k WHERE k.model = :model AND k.task = :task
#@       AND k.cols = :cols) > 1, ', ' || title, '') AS of
#@   FROM crossover_lines WHERE model = :model AND task = :task AND cols = :cols
#@   WINDOW line AS (PARTITION BY place))
#@ SELECT 'fastest on the host' || of, rows, host_ns, 0, 0, 0, 0, '', title, -1 AS place
#@   FROM lines GROUP BY title, rows
#@ UNION ALL
#@ SELECT name || of, rows, device_ns, iif(at BETWEEN least AND most, at, 0), coalesce(max(at_low, least), at),
#@   coalesce(min(at_high, most), at), at_ns,
#@   printf('%,d rows', round(at / pow(10, floor(log10(at)) - 2)) * pow(10, floor(log10(at)) - 2)), title, place
#@   FROM lines
#@ ORDER BY title, place, rows

stats data using 2 name 'size' nooutput
stats data using 3 name 'time' nooutput
unit = time_max < 1e3 ? 1 : time_max < 1e6 ? 1e3 : time_max < 1e9 ? 1e6 : 1e9

set logscale xy
set xrange [size_min / 1.2 : size_max * 1.2]
set yrange [time_min / unit / 1.4 : time_max / unit * 1.4]
ticks_axis = 'xtics'
ticks_low = size_min / 1.2
ticks_high = size_max * 1.2
eval log_ticks
ticks_axis = 'ytics'
ticks_low = time_min / unit / 1.4
ticks_high = time_max / unit * 1.4
eval log_ticks
set xlabel 'training rows'
y_name = 'time per epoch [' . (unit == 1 ? 'ns' : unit == 1e3 ? 'µs' : unit == 1e6 ? 'ms' : 's') . ']'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
load 'key.gnuplot'
rounds = 4
values = 2
linear = 1

# A 0 instead of a crossing means that there is none; nothing is drawn. (gnuplot crashes on labels at NaN.)
crosses(at) = at > 0
plot for [i = 0:series - 1] data index first + i using (crosses($4) ? $5 : NaN):($7 / unit):($6 - $5):(0) every ::0::0 \
         with vectors nohead lc rgb '#c9ced3' lw 9 dt solid notitle, \
     for [i = 0:series - 1] data index first + i using 2:($3 / unit) with linespoints lt i + 1 pt shape(i) ps 0.9 notitle, \
     for [i = 0:series - 1] data index first + i using (crosses($4) ? $4 : NaN):($7 / unit) every ::0::0 \
         with points lt i + 1 dt solid pt 6 ps 2 lw 2 notitle, \
     for [i = 0:series - 1] data index first + i using (crosses($4) ? $4 : size_min): \
         (crosses($4) ? $7 / unit : time_min / unit):(crosses($4) ? strcol(8) : '') every ::0::0 \
         with labels left offset character 1.6, -0.7 tc rgb ink notitle
