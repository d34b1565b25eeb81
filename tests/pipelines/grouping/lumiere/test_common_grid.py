import pytest

from pipelines.choices import Grouping, LumiereReading, Reading
from pipelines.grouping.lumiere.common_grid import GridError
from pipelines.settings import Settings
from pipelines.stages import group_images
from pipelines.vocabulary import Grid, Source


def test_volumes_on_grids_of_their_own_are_refused_with_the_setting_to_change():
    chosen = Settings(reading=Reading(lumiere=LumiereReading(grid=Grid.NATIVE)), grouping=Grouping())
    with pytest.raises(GridError, match=r"set reading\.lumiere\.grid = atlas"):
        group_images(Source.LUMIERE, {}, chosen)
