"""Draws layers of a GeoPackage as QGIS opens them; run by Debian's own Python, not by pytest.

usage: render_in_qgis.py PACKAGE FOLDER SCALE LAYER... - for each layer FOLDER/LAYER.png, for all
of them FOLDER/map.png (the first layer below), SCALE times the extent of the layer answers; prints
what QGIS took from the styles as JSON.
"""

import json
import os
import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapRendererCustomPainterJob,
    QgsMapSettings,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter

SIZE = QSize(1400, 1000)
DOTS_PER_INCH = 96


def open_layers(package: str, name: str) -> list[QgsVectorLayer]:
    """Open a table as QGIS offers it: a table of points and areas is one layer for each."""
    registry = QgsProviderRegistry.instance()
    flags = Qgis.SublayerQueryFlags(Qgis.SublayerQueryFlag.ResolveGeometryType)
    listed = registry.querySublayers(package, flags)
    uris = [one.uri() for one in listed if one.name() == name]
    return [QgsVectorLayer(uri, name, "ogr") for uri in uris]


def draw(layers: list[QgsVectorLayer], extent: QgsRectangle, path: Path) -> None:
    """Draw layers, the first one on top, into a PNG."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setExtent(extent)
    settings.setOutputSize(SIZE)
    settings.setOutputDpi(DOTS_PER_INCH)
    image = QImage(SIZE, QImage.Format_RGB32)
    settings.setBackgroundColor(QColor("#f5f3ee"))
    painter = QPainter(image)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    job.renderSynchronously()
    painter.end()
    image.save(str(path))


def told(layer: QgsVectorLayer) -> dict:
    """Tell what QGIS took from the style."""
    renderer = layer.renderer()
    rules = renderer.rootRule().children() if renderer.type() == "RuleRenderer" else []
    fields = layer.fields()
    return {
        "renderer": renderer.type(),
        "legend": [rule.label() for rule in rules],
        "drawn": [rule.symbol() is not None for rule in rules],
        "filters": [not rule.filterExpression() or rule.filter() is not None for rule in rules],
        "aliases": {field.name(): field.alias() for field in fields},
        "words": [f.name() for f in fields if f.editorWidgetSetup().type() == "ValueMap"],
        "labels": layer.labelsEnabled(),
        "features": layer.featureCount(),
    }


def main(package: str, folder: str, names: list[str]) -> None:
    """Draw and tell."""
    program = QgsApplication([], False)  # noqa: FBT003  Qt knows no names
    program.initQgis()
    opened = {name: open_layers(package, name) for name in names}
    extent = QgsRectangle(opened["answers"][0].extent())
    extent.scale(float(sys.argv[3]))
    taken = {name: [told(one) for one in layers] for name, layers in opened.items()}
    sys.stdout.write(json.dumps(taken))
    for name, layers in opened.items():
        for layer in layers:  # at a scale at which every layer is shown
            layer.setScaleBasedVisibility(enabled=False)
        draw(layers, extent, Path(folder) / f"{name}.png")
    draw(
        [one for name in reversed(names) for one in opened[name]], extent, Path(folder) / "map.png"
    )
    sys.stdout.flush()
    os._exit(0)  # QGIS frees layers after their provider and falls over its own feet


main(sys.argv[1], sys.argv[2], sys.argv[4:])
