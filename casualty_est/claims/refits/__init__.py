"""The answer under other evidence or other assumptions."""
