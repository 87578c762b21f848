// What the pointer and the keys do to a chart.

function addGestures(chart) {
    let start = null;
    const place = (event) => {
        const box = chart.svg.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    chart.svg.addEventListener('pointerdown', (event) => {
        if (event.button !== 0 || !chart.scale) return;
        start = place(event);
        if (event.pointerType === 'mouse') event.preventDefault();
        chart.svg.focus({ preventScroll: true });
        chart.svg.setPointerCapture(event.pointerId);
    });
    chart.svg.addEventListener('pointermove', (event) => {
        const now = place(event);
        if (start && Math.abs(now.x - start.x) > 4) {
            showSelection(chart, start, now);
            chart.hover.hide();
        } else {
            chart.hover.show(chart.scale?.toX(now.x), event.clientX, event.clientY, now.y);
        }
    });
    chart.svg.addEventListener('pointerup', (event) => {
        const end = place(event);
        if (start && Math.abs(end.x - start.x) > 4) zoomTo(chart, start, end);
        start = null;
        chart.selection?.remove();
    });
    chart.svg.addEventListener('pointercancel', () => {
        start = null;
        chart.selection?.remove();
    });
    chart.svg.addEventListener('pointerleave', () => chart.hover.hide());
    chart.svg.addEventListener('blur', () => chart.hover.hide());
    chart.svg.addEventListener('dblclick', () => chart.setZoom(null));
    chart.svg.addEventListener('keydown', (event) => pressed(chart, event));
}

function pressed(chart, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !chart.scale) return;
    const [low, high] = chart.scale.x;
    const middle = chart.hover.place ?? (low + high) / 2;
    switch (event.key) {
        case 'ArrowLeft':
        case 'ArrowRight': {
            const distance = (high - low) / (event.shiftKey ? 10 : 100);
            const next = middle + (event.key === 'ArrowLeft' ? -distance : distance);
            const x = Math.min(high, Math.max(low, next));
            const box = chart.svg.getBoundingClientRect();
            chart.hover.show(x, box.left + chart.scale.px(x), box.top + 24);
            announcement.textContent = tooltip.innerText.replace(/\s+/g, ' ');
            break;
        }
        case '+':
        case '=':
        case '-': {
            const factor = event.key === '-' ? 2 : 0.5;
            const x = [middle - (middle - low) * factor, middle + (high - middle) * factor];
            if (x[1] > x[0]) chart.setZoom({ x, y: null });
            break;
        }
        case 'Escape':
        case '0':
            chart.setZoom(null);
            break;
        default:
            return;
    }
    event.preventDefault();
}

function showSelection(chart, start, end) {
    chart.selection?.remove();
    const { top, height } = chart.scale;
    const isFlat = Math.abs(end.y - start.y) < 24;
    chart.selection = drawing('rect', {
        class: 'selection', x: Math.min(start.x, end.x), width: Math.abs(end.x - start.x),
        y: isFlat ? top : Math.min(start.y, end.y), height: isFlat ? height : Math.abs(end.y - start.y),
    });
    chart.svg.append(chart.selection);
}

function zoomTo(chart, start, end) {
    const x = [chart.scale.toX(Math.min(start.x, end.x)), chart.scale.toX(Math.max(start.x, end.x))];
    // A flat drag chooses a part of the axis; the heights follow.
    const isFlat = Math.abs(end.y - start.y) < 24;
    const y = isFlat ? null : [chart.scale.toY(Math.max(start.y, end.y)), chart.scale.toY(Math.min(start.y, end.y))];
    if (x[1] > x[0]) chart.setZoom({ x, y });
}
