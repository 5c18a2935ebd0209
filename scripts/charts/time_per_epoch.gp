#@order 1
#@title Time per epoch
#@caption Median over the rounds, with its 95 % interval if there are enough rounds; for several seeds, the median
#@ over the seeds, with its range. Only verified cases on real devices; further left is faster.
#@per model,dataset
#@height 126 + row_pixels(25) * series
#@panel 16
#@sql WITH folded AS (
#@   SELECT replace(series, coalesce(' seed=' || seed, ''), '') AS name,
#@     replace(problem, coalesce(' seed=' || seed, ''), '') AS shared, min(number) AS first, count(*) AS seeds,
#@     median(median_ns) AS ns, min(median_ns) AS least, max(median_ns) AS most, ci_low_ns, ci_high_ns
#@   FROM ranked JOIN names USING (case_number) JOIN epoch_times USING (case_number)
#@   JOIN cases ON number = case_number WHERE model = :model AND dataset = :dataset GROUP BY name, shared)
#@ SELECT name, ns, iif(seeds = 1, coalesce(ci_low_ns, ns), least), iif(seeds = 1, coalesce(ci_high_ns, ns), most),
#@   dense_rank() OVER (ORDER BY place) FROM (SELECT *, min(first) OVER (PARTITION BY shared) AS place FROM folded)
#@ ORDER BY place, ns

stats data using 3 name 'low' nooutput
stats data using 4 name 'high' nooutput
stats data index first:first + series - 1 using 5 name 'problem' nooutput

middle = sqrt(low_min * high_max)
unit = middle < 1e3 ? 1 : middle < 1e6 ? 1e3 : middle < 1e9 ? 1e6 : 1e9
unit_name = unit == 1 ? 'ns' : unit == 1e3 ? 'µs' : unit == 1e6 ? 'ms' : 's'
first_time = low_min / unit
last = high_max / unit

# Row i of the panel is series i + 1. A gap separates different problems, whose cases are not comparable.
y(i, problem) = -(i + 0.7 * (problem - problem_min))
row(i) = row_at[i - first + 1]
digits(t) = sprintf(t < 1 ? '%.3g' : t < 10 ? '%.2f' : t < 100 ? '%.1f' : '%.0f', t)

if (last / first_time > 20) {
    set logscale x
    set xrange [first_time / 1.3 : last * (last / first_time) ** (narrow ? 0.25 : 0.12)]
    ticks_axis = 'xtics'
    ticks_low = first_time
    ticks_high = last
    eval log_ticks
} else {
    set xrange [0 : last * (narrow ? 1.25 : 1.12)]
}
set xlabel 'time per epoch [' . unit_name . ']'
set yrange [y(series - 1, problem_max) - 0.7 : 0.7]
set ytics scale 0 ()
array row_at[series]
stats data index first:first + series - 1 using (row_at[column(-2) - first + 1] = y(column(-2) - first, $5)) \
    name 'again' nooutput
do for [i = 0:series - 1] {
    row_y = row_at[i + 1]
    eval row_name
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(row_margin)
unset key

plot data index first:first + series - 1 using ($3 / unit):(row(column(-2)) + bar_middle):($4 / unit - $3 / unit):(0) \
         with vectors nohead lc rgb '#c3ccd4' lw 6 dt solid, \
     for [i = 0:series - 1] '' index first + i using ($2 / unit):(row_at[i + 1] + bar_middle) with points lt i + 1 ps 0.8, \
     '' index first:first + series - 1 using ($4 / unit):(row(column(-2)) + bar_middle):(digits($2 / unit)) \
         with labels left offset character 1.2, 0 tc rgb ink
