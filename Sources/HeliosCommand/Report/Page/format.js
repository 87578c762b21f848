// How numbers and times are written.

const format = {
    // A value: six significant digits, no more zeros than needed.
    value(number) {
        if (number === null || number === undefined) return '–';
        if (typeof number === 'string') return number;
        if (number === 0) return '0';
        const size = Math.abs(number);
        if (size >= 1e6 || size < 1e-4) return number.toExponential(4).replace(/\.?0+e/, 'e').replace('e+', 'e');
        return String(Number(number.toPrecision(6)));
    },

    // A whole number with separated thousands.
    count(number) {
        return number.toLocaleString('en-US');
    },

    // A label of an axis. The distance between labels says how many digits it needs; the greatest of them, in what unit
    // all are.
    tick(number, distance, greatest) {
        if (number === 0) return '0';
        const size = Math.abs(number);
        if (greatest >= 1e4 && greatest < 1e12 && distance >= greatest / 1e4) {
            const [unit, name] = greatest >= 1e9 ? [1e9, 'G'] : greatest >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
            return `${Number((number / unit).toPrecision(5))}${name}`;
        }
        if (greatest >= 1e12 || greatest < 1e-2) {
            const digits = Math.max(0, Math.min(6, Math.floor(Math.log10(size)) - Math.floor(Math.log10(distance) + 1e-9)));
            return number.toExponential(digits).replace('e+', 'e');
        }
        return number.toFixed(Math.max(0, Math.min(10, -Math.floor(Math.log10(distance) + 1e-9))));
    },

    // The labels of an axis.
    ticks({ list, distance }) {
        const greatest = Math.max(...list.map(Math.abs), 0);
        return list.map((number) => [number, format.tick(number, distance, greatest)]);
    },

    // A power of ten, or a multiple of one, on a logarithmic axis.
    power(number) {
        const size = Math.abs(number);
        if (size >= 1e-2 && size < 1e4) return String(Number(number.toPrecision(3)));
        return number.toExponential(0).replace('e+', 'e');
    },

    duration(seconds) {
        if (seconds === null) return '–';
        if (Math.abs(seconds) < 60) return `${Number(seconds.toPrecision(3))} s`;
        const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
        if (hours === 0) return `${minutes} min ${Math.floor(seconds % 60)} s`;
        return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
    },

    // The labels of an axis of seconds.
    durationTicks({ list, distance }) {
        const [unit, name] = distance < 60 ? [1, 's'] : distance < 3600 ? [60, 'min'] : [3600, 'h'];
        return list.map((seconds) => [seconds, `${Number((seconds / unit).toPrecision(6))} ${name}`]);
    },
};

const ticks = {
    // Round numbers between two others, about `count` of them.
    linear(low, high, count) {
        const rough = (high - low) / Math.max(count, 1);
        const power = 10 ** Math.floor(Math.log10(rough));
        const distance = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.8) ?? rough;
        const list = [];
        for (let index = Math.ceil(low / distance - 1e-9); index * distance <= high + distance * 1e-9; index += 1) {
            if (list.length > 50) break;
            list.push(index * distance);
        }
        return { list, distance };
    },

    // Seconds at distances that clocks have.
    time(low, high, count) {
        const rough = (high - low) / Math.max(count, 1);
        const distances = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
        const distance = distances.find((step) => step >= rough);
        if (rough < 1 || distance === undefined) {
            const unit = rough < 1 ? 1 : 3600;
            const inner = ticks.linear(low / unit, high / unit, count);
            return { list: inner.list.map((number) => number * unit), distance: inner.distance * unit };
        }
        const list = [];
        for (let index = Math.ceil(low / distance); index * distance <= high; index += 1) list.push(index * distance);
        return { list, distance };
    },

    // Powers of ten, with 2 and 5 between them if there are few.
    logarithmic(low, high, count) {
        const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
        const decades = last - first;
        if (decades < 1 || high / low < 3) return ticks.linear(low, high, count).list.filter((number) => number > 0);
        const skip = Math.max(1, Math.ceil(decades / count));
        const factors = high / low <= 150 ? [1, 2, 5] : [1];
        const list = [];
        for (let power = first; power <= last; power += skip) {
            for (const factor of factors) {
                const number = factor * 10 ** power;
                if (number >= low * 0.999 && number <= high * 1.001) list.push(number);
            }
        }
        return list;
    },
};
