#@order 4
#@title What the copying costs
#@caption An epoch of each device that was verified both copying around every operation (per_op) and with its data
#@ resident, split by a profile into copies, waits, the device's own work, and launching. The number next to per_op is
#@ how many times as long it takes, over the rounds that both share. Medians if there are several seeds. The times of
#@ simulated devices mean nothing.
#@per model,dataset
#@for (model, dataset) IN (SELECT model, dataset FROM copy_costs WHERE transfer_ns IS NOT NULL)
#@height 150 + row_pixels(narrow ? 40 : 30) * rows + (narrow ? 20 : 0)
#@sql WITH bars AS (
#@   SELECT replace(series, coalesce(' seed=' || seed, ''), '') || iif(k.simulated, ' (simulated)', '') AS name,
#@     pair, k.residency AS residency, epoch_ns, transfer_ns, sync_ns, compute_ns, launch_ns, ratio
#@   FROM copy_costs k JOIN cases ON number = case_number JOIN names USING (case_number)
#@   WHERE k.model = :model AND k.dataset = :dataset AND transfer_ns IS NOT NULL)
#@ SELECT name, median(transfer_ns), median(sync_ns), median(compute_ns), median(launch_ns),
#@   CASE residency WHEN 'per_op' THEN coalesce(median(ratio), 0) ELSE 0 END, median(epoch_ns), min(pair),
#@   residency = 'per_op'
#@ FROM bars GROUP BY name ORDER BY min(pair), residency

stats data using 7 name 'total' nooutput

unit = total_max < 1e3 ? 1 : total_max < 1e6 ? 1e3 : total_max < 1e9 ? 1e6 : 1e9
unit_name = unit == 1 ? 'ns' : unit == 1e3 ? 'µs' : unit == 1e6 ? 'ms' : 's'
digits(t) = sprintf(t < 1 ? '%.3g' : t < 10 ? '%.2f' : t < 100 ? '%.1f' : '%.0f', t)

# The two bars of a device are adjacent; a gap precedes each per_op bar.
gaps = 0
place(i, copying) = (i > 0 && copying > 0 ? gaps = gaps + 0.5 : 0, -(i + gaps))
stats data using (place(column(-2), $9)) name 'place' nooutput
array parts[4] = ['transfer', 'sync', 'compute', 'launch']
array inks[4] = [kind_colours[2], kind_colours[5], kind_colours[1], kind_colours[4]]
# Medians over seeds need not add up, so the parts are scaled to the median epoch.
upto(k) = k == 1 ? 0 : upto(k - 1) + column(k)
from(k) = upto(k) / upto(5) * column(7)

set xrange [0 : total_max / unit * (narrow ? 1.6 : 1.25)]
set xlabel 'time per epoch [' . unit_name . ']'
set yrange [place_min - 0.6 : 0.6]
set ytics scale 0 ()
gaps = 0
array places[series]
stats data using (places[column(-2) + 1] = place(column(-2), $9)) name 'again' nooutput
do for [i = 0:series - 1] {
    row_y = places[i + 1]
    eval row_name
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(row_margin)
set style fill solid 1 noborder
entries = 4
eval key_above

plot for [k = 1:4] data using (0):(places[column(-2) + 1]):(from(k) / unit):(from(k + 1) / unit): \
         (places[column(-2) + 1] - bar_low):(places[column(-2) + 1] + bar_high) \
         with boxxyerror lc rgb inks[k] title parts[k], \
     data using ($7 / unit):(places[column(-2) + 1] + bar_middle): \
         (digits($7 / unit) . ($6 > 0 ? sprintf('  (%s×)', digits($6)) : '')) \
         with labels left offset character 0.8, 0 tc rgb ink notitle
