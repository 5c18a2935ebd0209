#@order 5
#@title Speed-up
#@caption Each mark is one problem: how many times as fast as the baseline an implementation is, by the median over the
#@ rounds that both share; at least six are needed. The bar and the number are the median over the problems. The
#@ baseline is the implementation set by the configuration or by report --baseline; by default cpu_naive, or the first of
#@ the plan if that has no verified time. Only verified cases on real devices.
#@height 126 + row_pixels(34) * series
#@for (SELECT count(DISTINCT who) FROM speed_ups JOIN names USING (case_number)) > 1
#@sql WITH timed AS (
#@   SELECT number, model, who, ratio, min(number) OVER (PARTITION BY who) AS first
#@   FROM speed_ups JOIN names USING (case_number) JOIN cases ON number = case_number),
#@ medians AS (SELECT who, median(ratio) AS middle FROM timed GROUP BY who)
#@ SELECT who, ratio, dense_rank() OVER (ORDER BY model), model, middle
#@ FROM timed JOIN medians USING (who) ORDER BY first, number

stats data using 2 name 'speed' nooutput
stats data using 3 name 'model' nooutput
array models[int(model_max)]
stats data using (models[int($3)] = strcol(4), $3) name 'named' nooutput

spread(row) = (narrow ? 0.2 : 0.3) * (row * 0.6180339887 - floor(row * 0.6180339887) - 0.5)
low = speed_min < 0.8 ? speed_min / 1.2 : 0.8
high = speed_max > 1.25 ? speed_max * 1.2 : 1.25

set logscale x
right = high * (high / low) ** (narrow ? 0.35 : 0.15)
set xrange [low : right]
ticks_axis = 'xtics'
ticks_low = low
ticks_high = high
eval log_ticks
set xlabel 'times as fast as the baseline'
set yrange [-series + 0.4 : 0.6]
set ytics scale 0 ()
do for [i = 0:series - 1] {
    row_y = -i
    eval row_name
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(row_margin)
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb faint lw 1.2 dt (6,4) back
entries = |models|
eval key_above

plot for [m = 1:|models|] data using ($3 == m ? $2 : NaN):(-column(-2) + bar_middle + spread($0)):(colour_of(int(column(-2)))) \
         with points lc rgb variable pt kind_shapes[(m - 1) % 6 + 1] ps 0.6 notitle, \
     for [m = 1:|models|] NaN with points lc rgb ink pt kind_shapes[(m - 1) % 6 + 1] ps 0.6 title models[m], \
     data using 5:(-column(-2) - bar_low):(0):(bar_low + bar_high) every ::0::0 with vectors nohead lc rgb ink lw 2 dt solid notitle, \
     data using (right):(-column(-2) + bar_middle):(sprintf('%.3g×', $5)) every ::0::0 \
         with labels right tc rgb ink notitle
