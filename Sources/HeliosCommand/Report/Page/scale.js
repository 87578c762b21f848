// What a chart draws of its curves, and where it draws a number.

// The visible curves with what is drawn of them.
function drawnLines(curves) {
    return curves.filter(({ run }) => !view.hidden.has(run)).map(({ run, curve }) => {
        let order = null;
        let x = view.axis === 'step' ? curve.steps : curve.times;
        let { values, low, high } = curve;
        let special = curve.special ?? [];
        if (x.some((number, index) => index > 0 && number < x[index - 1])) {
            order = x.map((number, index) => index).sort((left, right) => x[left] - x[right] || left - right);
            const sorted = (list) => list && order.map((index) => list[index]);
            const places = new Map(order.map((from, to) => [from, to]));
            [x, values, low, high] = [x, values, low, high].map(sorted);
            special = special.map(([index, kind]) => [places.get(index), kind]);
        }
        return { run, curve, x, values, low, high, special, shown: smoothed(values, view.smoothing) };
    });
}

// The numbers at both ends of the axes.
function rangesOf(lines, zoom) {
    const isShown = (value) => value !== null && value !== undefined && (!view.isLogarithmic || value > 0);
    let x = [Infinity, -Infinity];
    for (const line of lines) {
        for (const number of line.x) {
            if (number === null) continue;
            if (number < x[0]) x[0] = number;
            if (number > x[1]) x[1] = number;
        }
    }
    if (x[0] > x[1]) return null;
    if (x[0] === x[1]) x = [x[0] - 1, x[1] + 1];
    x = zoom?.x ?? x;
    let y = [Infinity, -Infinity];
    for (const line of lines) {
        const lists = view.smoothing > 0 ? [line.values, line.shown] : [line.values, line.low, line.high];
        line.x.forEach((number, index) => {
            if (number === null || number < x[0] || number > x[1]) return;
            for (const list of lists) {
                const value = list?.[index];
                if (!isShown(value)) continue;
                if (value < y[0]) y[0] = value;
                if (value > y[1]) y[1] = value;
            }
        });
    }
    if (y[0] > y[1]) y = view.isLogarithmic ? [0.1, 1] : [0, 1];
    if (zoom?.y) return { x, y: zoom.y };
    if (view.isLogarithmic) {
        const room = y[0] === y[1] ? 2 : (y[1] / y[0]) ** 0.05;
        return { x, y: [Math.max(y[0] / room, 1e-320), Math.min(y[1] * room, 1e308)] };
    }
    const room = y[0] === y[1] ? Math.abs(y[0]) * 0.1 || 1 : (y[1] - y[0]) * 0.05;
    return { x, y: [y[0] - room, y[1] + room] };
}

// What places numbers in a box, for the ranges of both axes.
function makeScale({ x, y }, box) {
    const isLogarithmic = view.isLogarithmic && y[0] > 0;
    const [top, bottom, right] = [8, 24, 12];
    const height = Math.max(box.height - top - bottom, 10);
    const count = Math.max(2, Math.round(height / 40));
    let yTicks;
    if (isLogarithmic) {
        const list = ticks.logarithmic(y[0], y[1], count);
        yTicks = list.map((number) => [number, y[1] / y[0] < 3 ? format.value(number) : format.power(number)]);
    } else {
        yTicks = format.ticks(ticks.linear(y[0], y[1], count));
    }
    const left = Math.max(...yTicks.map(([, label]) => label.length), 3) * 6.6 + 10;
    const width = Math.max(box.width - left - right, 10);
    const [low, high] = isLogarithmic ? y.map(Math.log) : y;
    const place = isLogarithmic ? Math.log : (number) => number;
    return {
        x, y, left, top, width, height, yTicks,
        px: (number) => left + ((number - x[0]) / (x[1] - x[0])) * width,
        py: (number) => top + (1 - (place(number) - low) / (high - low)) * height,
        toX: (pixel) => x[0] + ((pixel - left) / width) * (x[1] - x[0]),
        toY: (pixel) => {
            const number = low + (1 - (pixel - top) / height) * (high - low);
            return isLogarithmic ? Math.exp(number) : number;
        },
        hasPlace: (value) => value !== null && value !== undefined && (!isLogarithmic || value > 0),
    };
}
