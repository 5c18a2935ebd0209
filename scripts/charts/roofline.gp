#@order 6
#@title How far from the limit of the machine
#@caption Each mark is a verified case: its operations per second over the operations per byte that an epoch must read or
#@ write at least. The bar above it is what the machine allows, by its arithmetic or by the memory that holds the data;
#@ the line between them is the distance. The numbers at the roofs are the rates that `ironbench doctor --limits` found.
#@height 440 + key_pixels
#@per machine
#@for number IN (SELECT case_number FROM ranked JOIN checks USING (case_number) WHERE limit_ns > 0 AND limit_flops > 0)
#@sql WITH placed AS (
#@   SELECT who, limit_flops / limit_bytes AS intensity, limit_flops / median_ns AS reached,
#@     limit_flops / limit_ns AS allowed, limit_bound AS bound, limit_by AS of, limit_rate AS rate,
#@     min(case_number) OVER (PARTITION BY who) AS first
#@   FROM ranked JOIN checks USING (case_number) JOIN names USING (case_number) JOIN epoch_times USING (case_number)
#@   JOIN cases ON number = case_number WHERE cases.machine = :machine AND limit_ns > 0 AND limit_flops > 0 AND median_ns > 0),
#@ roofs AS (
#@   SELECT *, rate > 0 AND row_number() OVER (PARTITION BY bound, of, rate ORDER BY intensity DESC) = 1 AS told
#@   FROM placed)
#@ SELECT who, intensity, reached, allowed, of || printf(iif(bound = 'compute', ' %.3g GFLOP/s', ' %.3g GB/s'), rate / 1e9),
#@   iif(told, sum(told) OVER (ORDER BY allowed DESC, first, intensity, reached ROWS UNBOUNDED PRECEDING), 0)
#@ FROM roofs ORDER BY first, intensity, reached

stats data using 2 name 'intensity' nooutput
stats data using 3 name 'reached' nooutput
stats data using 4 name 'allowed' nooutput
stats data using 6 name 'told' nooutput

set logscale xy
ticks_low = intensity_min / 1.6
ticks_high = intensity_max * (intensity_max / intensity_min) ** (narrow ? 0.6 : 0.25) * 6
set xrange [ticks_low : ticks_high]
ticks_axis = 'xtics'
eval log_ticks
ticks_low = reached_min / 1.6
ticks_high = allowed_max * 2
set yrange [ticks_low : ticks_high]
ticks_axis = 'ytics'
eval log_ticks
set xlabel 'least operations per byte [flop/byte]'
y_name = 'speed [GFLOP/s]'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
key_lines = 0
load 'key.gnuplot'
rounds = 2
values = 2
values_x = 0 # points are shifted

# The roofs are named at the right edge, from the highest one down, each at its height or below the one before.
if (told_max > 0) {
    array roof_x[told_max]
    array roof_y[told_max]
    array roof_name[told_max]
    stats data using ($6 > 0 ? (roof_x[int($6)] = $2, roof_y[int($6)] = $4, roof_name[int($6)] = strcol(5), 1) : 0) \
        name 'labelled' nooutput
    name_step = (ticks_high / ticks_low) ** (18.0 / (pixels_high - 142 - key_pixels))
    name_y = ticks_high * name_step
    do for [k = 1:int(told_max)] {
        name_y = roof_y[k] < name_y / name_step ? roof_y[k] : name_y / name_step
        set label 400 + k roof_name[k] at screen x_at(pixels_wide - 8), first name_y right tc rgb ink
        name_x = pixels_wide - 12 - 7.2 * strlen(roof_name[k])
        set arrow 400 + k from first roof_x[k] * 1.08, first roof_y[k] to screen x_at(name_x), first name_y \
            nohead lc rgb '#b8bec4' lw 1 dt (3,3) back
    }
}

# Cases of one problem lie above each other; a small shift for each series keeps them apart.
shifted(x, i) = x * 1.04 ** (i - (series - 1) / 2.0)
plot for [i = 0:series - 1] data index first + i using (shifted($2, i)):3:(0):($4 - $3) \
         with vectors nohead lc rgb '#d5dade' lw 2 dt solid notitle, \
     for [i = 0:series - 1] data index first + i using (shifted($2, i)):3 \
         with points lt i + 1 pt shape(i) ps 0.9 notitle, \
     data using 2:4:(0.07 * $2) with xerrorbars lc rgb ink lw 2 dt solid pt 0 ps 0 notitle
