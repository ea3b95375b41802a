"""The app shell: the only code that imports Streamlit or Plotly."""
