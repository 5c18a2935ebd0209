#@order 5
#@title The whole process
#@caption Where the time of a process goes, from its start to its exit: the median run, timed by hyperfine and broken
#@ down by the times that the process reports. The number next to a bar is its total. Unaccounted time is before the
#@ process's first report and after its last. For several seeds, the mean.
#@per model,dataset
#@for number IN (SELECT case_number FROM whole_medians)
#@height 150 + row_pixels(30) * rows + (narrow ? 20 : 0)
#@sql SELECT replace(series, coalesce(' seed=' || seed, ''), '') AS name, sum(startup_ns),
#@   sum(coalesce(load_ns, 0) + setup_ns), sum(train_ns), sum(coalesce(readback_ns, 0) + coalesce(predict_ns, 0)),
#@   sum(rest_ns), sum(max(residual_ns, 0)), avg(wall_ns)
#@ FROM whole_medians JOIN names USING (case_number) JOIN cases ON number = case_number
#@ WHERE model = :model AND dataset = :dataset GROUP BY name ORDER BY min(number)

unit(t) = t < 1e3 ? 1 : t < 1e6 ? 1e3 : t < 1e9 ? 1e6 : 1e9
unit_name(t) = t < 1e3 ? 'ns' : t < 1e6 ? 'µs' : t < 1e9 ? 'ms' : 's'
digits(t) = sprintf(t < 1 ? '%.3g' : t < 10 ? '%.2f' : t < 100 ? '%.1f' : '%.0f', t)
duration(t) = digits(t / unit(t)) . ' ' . unit_name(t)

array parts[6] = ['start-up', 'set-up', 'training', 'answer', 'rest', 'unaccounted']
array inks[6] = [kind_colours[5], kind_colours[2], kind_colours[1], kind_colours[3], kind_colours[4], kind_colours[6]]
upto(k) = k == 1 ? 0 : upto(k - 1) + column(k)
from(k) = 100 * upto(k) / upto(7)

set xrange [0 : narrow ? 128 : 112]
set xtics 0, 20, 100
set xlabel 'share of the whole process [%]'
set yrange [0.4 - rows : 0.6]
set ytics scale 0 ()
do for [i = 0:series - 1] {
    row_y = -i
    eval row_name
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(row_margin)
set style fill solid 1 noborder
entries = 6
eval key_above

plot for [k = 1:6] data using (0):(-column(-2)):(from(k)):(from(k + 1)): \
         (-column(-2) - bar_low):(-column(-2) + bar_high) with boxxyerror lc rgb inks[k] title parts[k], \
     data using (100):(-column(-2) + bar_middle):(duration($8)) with labels left offset character 0.8, 0 tc rgb ink notitle
