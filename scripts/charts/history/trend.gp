# Values of a series of runs against their commits. Blocks of `data`: 0 points (position, value, low, high, whether
# there were uncommitted changes), 1 ticks (position, label); and if anything has changed, 2 levels (begin, end,
# height), 3 changes (position, verdict: 1 worse, 2 better, 3 unclear).
stats data index 0 using 3 name 'low' nooutput
stats data index 0 using 4 name 'high' nooutput

size = abs(high_max) > abs(low_min) ? abs(high_max) : abs(low_min)
room = high_max - low_min > 1e-9 * size ? 0.12 * (high_max - low_min) : size > 0 ? 0.05 * size : 1
bottom = low_min - room
top = high_max + room
set xrange [0.4 : rows + 0.6]
set yrange [bottom : top]
set lmargin at screen x_at(80)
set bmargin at screen y_above_bottom(34)
set grid noxtics ytics
set border 3
unset key
colour(verdict) = verdict == 1 ? 0xd55e00 : verdict == 2 ? 0x009e73 : 0x8a8a8a

changed = series > 2
if (changed) {
    plot data index 3 using 1:(bottom):(0):(top - bottom):(colour($2)) with vectors nohead lc rgb variable lw 1.6 dt (5,4), \
         data index 2 using 1:3:($2 - $1):(0) with vectors nohead lc rgb faint lw 2.4 dt solid, \
         data index 0 using 1:3:(0):($4 - $3) with vectors nohead lc rgb '#9fd0ee' lw 3 dt solid, \
         data index 0 using 1:2:($5 > 0 ? 6 : 7) with points lc rgb '#0072b2' ps 0.55 pt variable, \
         data index 1 using 1:(bottom):xticlabels(2) with points ps 0
} else {
    plot data index 0 using 1:3:(0):($4 - $3) with vectors nohead lc rgb '#9fd0ee' lw 3 dt solid, \
         data index 0 using 1:2:($5 > 0 ? 6 : 7) with points lc rgb '#0072b2' ps 0.55 pt variable, \
         data index 1 using 1:(bottom):xticlabels(2) with points ps 0
}
